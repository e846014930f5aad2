// @ts-check
// A place on the picture of a plane: pointed at, and marked.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Let people point at a plane.
 * @param {Element} place holds the picture
 * @param {[number, number, number, number]} extent left, right, bottom and top of it, in the units of the rows
 * @param {(point: number[]) => void} chosen
 * @returns {(point: number[]) => void} marks a point
 */
export function pointing(place, [left, right, bottom, top], chosen) {
  const picture = /** @type {SVGSVGElement} */ (place.querySelector("svg.plane"));
  const mark = document.createElementNS(SVG, "circle");
  mark.setAttribute("class", "mark");
  mark.setAttribute("r", "9");

  /** @param {number[]} point */
  function show([across, up]) {
    const { width, height } = picture.viewBox.baseVal;
    mark.setAttribute("cx", String(((across - left) / (right - left)) * width));
    mark.setAttribute("cy", String(((top - up) / (top - bottom)) * height));
    if (!mark.isConnected) picture.append(mark);
  }

  /** @param {PointerEvent} event */
  function point(event) {
    const box = picture.getBoundingClientRect();
    const across = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    const down = Math.min(1, Math.max(0, (event.clientY - box.top) / box.height));
    const found = [left + across * (right - left), top - down * (top - bottom)].map((value) => Number(value.toFixed(3)));
    show(found);
    chosen(found);
  }
  picture.addEventListener("pointerdown", (event) => {
    if (event.button === 0) point(event);
  });
  picture.addEventListener("pointermove", (event) => {
    if (event.buttons === 1 && event.pointerType === "mouse") point(event);
  });
  return show;
}
