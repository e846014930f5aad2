// @ts-check
// A square to draw on, and a picture to choose instead: both end as a PNG in base64.

const BRUSH = 22;
/** The longer side of a chosen picture at most: it is made small anyhow, and a photograph would take long to send. */
const LARGEST = 512;

/** @param {HTMLCanvasElement} canvas */
const base64 = (canvas) => canvas.toDataURL("image/png").split(",")[1];

/**
 * Make the square and the file field work.
 * @param {(image: string) => void} changed
 */
export function drawing(changed) {
  const canvas = document.getElementById("canvas");
  if (canvas instanceof HTMLCanvasElement) draw(canvas, changed);
  const file = /** @type {HTMLInputElement} */ (document.getElementById("file"));
  file.addEventListener("change", async () => {
    const chosen = file.files?.[0];
    if (!chosen) return;
    const picture = await createImageBitmap(chosen).catch(() => null);
    if (!picture) return;
    const scale = Math.min(1, LARGEST / Math.max(picture.width, picture.height));
    const small = document.createElement("canvas");
    small.width = Math.max(1, Math.round(picture.width * scale));
    small.height = Math.max(1, Math.round(picture.height * scale));
    small.getContext("2d")?.drawImage(picture, 0, 0, small.width, small.height);
    file.value = "";
    changed(base64(small));
  });
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {(image: string) => void} changed
 */
function draw(canvas, changed) {
  const brush = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const clear = () => {
    brush.fillStyle = "#000";
    brush.fillRect(0, 0, canvas.width, canvas.height);
  };
  /** @param {PointerEvent} event */
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return /** @type {const} */ ([
      ((event.clientX - box.left) / box.width) * canvas.width,
      ((event.clientY - box.top) / box.height) * canvas.height,
    ]);
  };
  let down = false;
  clear();
  brush.lineWidth = BRUSH;
  brush.lineCap = brush.lineJoin = "round";
  brush.strokeStyle = "#fff";
  canvas.addEventListener("pointerdown", (event) => {
    down = true;
    canvas.setPointerCapture(event.pointerId);
    brush.beginPath();
    brush.moveTo(...place(event));
    brush.lineTo(...place(event));
    brush.stroke();
    changed(base64(canvas));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!down) return;
    brush.lineTo(...place(event));
    brush.stroke();
    changed(base64(canvas));
  });
  for (const end of /** @type {const} */ (["pointerup", "pointercancel"])) {
    canvas.addEventListener(end, () => {
      down = false;
    });
  }
  document.getElementById("clear")?.addEventListener("click", clear);
}
