"use strict";
for (const block of document.querySelectorAll(".block")) {
  const table = block.querySelector("table"), body = table.tBodies[0], rows = Array.from(body.rows);
  const input = block.querySelector("input"), output = block.querySelector("output");
  const all = block.querySelector(".all"), few = Number(table.dataset.few || rows.length);
  const show = () => {
    const open = table.classList.contains("open");
    let seen = 0;
    for (const row of body.rows) if (!row.classList.contains("out")) row.classList.toggle("more", seen++ >= few);
    if (output) output.textContent = seen.toLocaleString("en") + " of " + rows.length.toLocaleString("en");
    if (all) all.hidden = open || seen <= few;
  };
  table.tHead.addEventListener("click", event => {
    const head = event.target.closest("th");
    if (!head) return;
    const down = head.getAttribute("aria-sort") === "ascending" ||
      (!head.hasAttribute("aria-sort") && head.classList.contains("n"));
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const number = head.classList.contains("n"), sign = down ? -1 : 1;
    const names = new Intl.Collator("en", { numeric: true });
    const keys = new Map(rows.map(row => {
      const cell = row.cells[head.cellIndex];
      return [row, number ? Number(cell.dataset.v) : cell.textContent];
    }));
    rows.sort((a, b) => sign * (number ? keys.get(a) - keys.get(b) : names.compare(keys.get(a), keys.get(b))));
    body.append(...rows);
    show();
  });
  if (input) input.addEventListener("input", () => {
    const wanted = input.value.toLowerCase();
    for (const row of rows) row.classList.toggle("out", !row.textContent.toLowerCase().includes(wanted));
    show();
  });
  if (all) all.addEventListener("click", () => { table.classList.add("open"); show(); });
}
