// The switch for notifications of this browser, on the page where one chooses what one is told of.

import { alertsState, switchAlerts } from "./console/browser_alerts.js";

const place = document.getElementById("browser-alerts");
const button = document.getElementById("browser-alerts-switch");

function show(state) {
  document.getElementById("browser-alerts-state").textContent = place.dataset[state];
  button.textContent = state === "on" ? place.dataset.switchOff : place.dataset.switchOn;
  button.hidden = state === "missing" || state === "denied";
}

show(alertsState());
place.hidden = false;
button.addEventListener("click", async () => show(await switchAlerts()));
