// Dropping a file, and a look into a table of contacts before it is sent.

function takeDrops(zone) {
  const input = $("input[type=file]", zone);
  const text = $(".drop-text", zone);
  const invitation = text?.textContent;
  const over = (is) => (event) => { event.preventDefault(); zone.classList.toggle("over", is); };
  zone.addEventListener("dragenter", over(true));
  zone.addEventListener("dragover", over(true));
  zone.addEventListener("dragleave", (event) => {
    if (!zone.contains(event.relatedTarget)) zone.classList.remove("over");
  });
  zone.addEventListener("drop", (event) => {
    over(false)(event);
    const file = event.dataTransfer.files[0];
    if (!file || input.disabled) return;
    const carrier = new DataTransfer();
    carrier.items.add(file);
    input.files = carrier.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  input.addEventListener("change", () => {
    const file = input.files[0];
    zone.classList.toggle("filled", Boolean(file));
    if (text) text.textContent = file ? file.name + " · " + size(file.size) : invitation;
    judge(input);
    if (zone.dataset.drop === "csv") lookInto(file, zone, input).catch((error) => console.warn(error));
  });
}

// The server reads the file by the same rules; this only saves the wait for its answer.
async function lookInto(file, zone, input) {
  const table = file && file.size ? readTable(await file.slice(0, 65536).arrayBuffer(), file.size <= 65536) : null;
  // Another file may have been chosen meanwhile.
  if (file !== input.files[0]) return;
  zone.nextElementSibling?.matches(".preview") && zone.nextElementSibling.remove();
  const field = $("[data-columns]", input.form);
  if (!table || !table.names.length) return field && offerColumns(field, null);
  const email = guessEmail(table);
  if (table.names.length === 1 && looksLikeAddress(table.names[0])) return field && offerColumns(field, null);
  const select = field && offerColumns(field, table.names, email);
  const preview = showPreview(table, file.name);
  zone.after(preview);
  const mark = () => {
    const at = select ? table.names.indexOf(select.value) : email;
    for (const row of all("tr", preview)) [...row.cells].forEach((cell, i) => cell.classList.toggle("chosen", i === at));
  };
  select?.addEventListener("change", mark);
  mark();
}

// Puts a list of names in the place of the text input, or the input back.
function offerColumns(field, names, chosen) {
  if (!names) {
    if (field.original) field.replaceWith(field.original);
    return null;
  }
  const select = make("select", {
    id: field.id, name: field.name, "data-columns": true,
    "aria-describedby": field.getAttribute("aria-describedby"),
  }, ...(chosen < 0 ? [make("option", { value: "" }, "Choose the column")] : []), ...names.map((name, i) => {
    const option = make("option", { value: name }, name);
    option.selected = i === chosen;
    return option;
  }));
  select.original = field.original || field;
  Object.assign(select.dataset, field.dataset);
  select.required = field.required || chosen < 0;
  field.replaceWith(select);
  return select;
}

function showPreview({ names, rows }, name) {
  const cells = (kind, row, more) => make("tr", {}, ...names.map((_, i) => make(kind, more, row[i] ?? "")));
  return make("div", { class: "preview table-wrap", role: "region", tabindex: "0", "aria-label": "First rows of " + name },
    make("table", { class: "table" },
      make("caption", {}, "The first rows, as they will be read"),
      make("thead", {}, cells("th", names, { scope: "col" })),
      make("tbody", {}, ...rows.slice(0, 5).map((row) => cells("td", row)))));
}
