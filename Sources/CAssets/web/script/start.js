// Each part takes up one data attribute.

function start(root) {
  const parts = [
    ["form", validate], ["[data-required]", requireWhereAlwaysShown],
    ["[data-shows]", showWhenChosen], ["[data-drop]", takeDrops],
    ["form[data-upload]", uploadWithProgress], ["[data-theme-form]", switchTheme],
    ["form[method=post]", sendOnce],
    ["[data-live]", follow], ["[data-refresh]", refresh], ["[data-copy]", copy],
    ["[data-autosubmit]", submitOnChange], ["time[datetime]", tellLocalTime],
  ];
  for (const [selector, part] of parts) for (const element of all(selector, root)) attempt(part, element);
  $("[data-focus]", root)?.focus();
}

start(document);
