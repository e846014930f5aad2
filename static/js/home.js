// @ts-check
// The home page: keeps the lists of runs live.
import { atMostEvery, fetchPage, setText, takeParts } from "./page.js";
import { follow } from "./socket.js";
import { capitalised, epochWords, progressOf, setChip } from "./words.js";

const refresh = atMostEvery(600, async () => {
  const fetched = await fetchPage("/");
  if (fetched) takeParts(fetched);
});

follow({
  path: "/api/v1/events",
  after: null,
  onBack: refresh,
  onEvent({ run, seq, type, data }) {
    const item = document.querySelector(`[data-run="${run}"]`);
    if (type === "status") {
      if (item) setChip(item.querySelector("[data-chip]"), data.status, data.reason);
      refresh();
    } else if (type === "epoch" && item && seq > Number(item.getAttribute("data-seq"))) {
      const progress = item.querySelector("progress");
      if (!progress) return;
      const epochs = data.epochs ?? (Number(item.getAttribute("data-epochs")) || undefined);
      [progress.max, progress.value] = progressOf(data, epochs);
      setText(item.querySelector("[data-note]"), capitalised(epochWords(data, epochs)));
    }
  },
});
// A worker comes and goes without an event of a run.
setInterval(() => document.visibilityState === "visible" && refresh(), 10_000);
