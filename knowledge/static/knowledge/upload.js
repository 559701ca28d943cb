/*
 * Shows which files are chosen, and says before anything is sent when one is too large or all together are.
 *
 * Files may be dropped anywhere on the zone; without this script the file control still works by itself.
 */

const zone = document.querySelector("[data-drop]");

if (zone) {
  const input = zone.querySelector("input[type=file]");
  const list = zone.querySelector("[data-chosen]");
  input.addEventListener("change", () => showChosen(input, list));
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("is-over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("is-over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("is-over");
    if (event.dataTransfer.files.length) {
      input.files = joined(input.files, event.dataTransfer.files);
      showChosen(input, list);
    }
  });
}

function joined(before, added) {
  const all = new DataTransfer();
  for (const file of [...before, ...added]) all.items.add(file);
  return all.files;
}

function showChosen(input, list) {
  const most = Number(input.dataset.mostBytes);
  const files = [...input.files];
  const rows = files.map((file) => row(file, most));
  const fitting = files.filter((file) => file.size <= most);
  if (fitting.length < files.length) rows.push(hint(zone.dataset.tooLargeHint));
  const areTooMuch = total(files) > most && fitting.length > 1;
  if (areTooMuch) rows.push(hint(zone.dataset.tooMuchHint));
  list.replaceChildren(...rows);
  for (const button of zone.closest("form").querySelectorAll("[type=submit]")) button.disabled = total(files) > most;
}

function total(files) {
  return files.reduce((sum, file) => sum + file.size, 0);
}

function hint(text) {
  const item = document.createElement("li");
  item.textContent = text;
  return item;
}

function row(file, most) {
  const item = document.createElement("li");
  item.textContent = `${file.name} (${inWords(file.size)})`;
  if (file.size > most) {
    const mark = document.createElement("span");
    mark.className = "badge badge-danger";
    mark.textContent = zone.dataset.tooLarge;
    item.append(" ", mark);
  }
  return item;
}

function inWords(bytes) {
  const megabytes = bytes / 1_000_000;
  return megabytes >= 1 ? `${megabytes.toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1000))} kB`;
}
