// The host's colour in place of ours. Whatever it is, words stay readable: shades are chosen by contrast, not by taste.

const LEAST_CONTRAST = 4.5;
const STEPS = 20;
const WHITE = [255, 255, 255];
const INK = [23, 24, 28];
const NIGHT = [30, 32, 37];
const SOFT_RATIO = 0.14;

/** Sets the accent on `frame`: from `data-accent`, else from the page's --csassist-accent. Nothing without either. */
export function useAccent(frame, wanted) {
  const colour = readColour(frame, wanted || getComputedStyle(frame).getPropertyValue("--csassist-accent").trim());
  if (!colour) return;
  const on = contrast(colour, WHITE) >= LEAST_CONTRAST ? WHITE : INK;
  const day = { ground: mix(WHITE, colour, SOFT_RATIO), towards: INK };
  const night = { ground: mix(NIGHT, colour, SOFT_RATIO * 2), towards: WHITE };
  const set = (name, light, dark) => frame.style.setProperty(name, `light-dark(${css(light)}, ${css(dark)})`);
  set("--accent-fill", readable(colour, on, on === WHITE ? INK : WHITE), readable(colour, on, on === WHITE ? INK : WHITE));
  set("--accent-fill-hover", mix(colour, on === WHITE ? INK : WHITE, 0.15), mix(colour, on === WHITE ? INK : WHITE, 0.15));
  set("--on-accent", on, on);
  set("--accent-soft", day.ground, night.ground);
  set("--accent", readable(colour, day.ground, day.towards), readable(colour, night.ground, night.towards));
}

/** Red, green and blue of any CSS colour, or null; the browser itself reads it. */
function readColour(frame, text) {
  if (!text || !CSS.supports("color", text)) return null;
  const probe = document.createElement("i");
  probe.style.color = text;
  frame.append(probe);
  const channels = getComputedStyle(probe).color.match(/^rgb\((\d+), (\d+), (\d+)\)$/);
  probe.remove();
  return channels && channels.slice(1).map(Number);
}

/** The colour, moved towards another only as far as it takes to be read beside `ground`. */
function readable(colour, ground, towards) {
  for (let step = 0; step <= STEPS; step += 1) {
    const mixed = mix(colour, towards, step / STEPS);
    if (contrast(mixed, ground) >= LEAST_CONTRAST) return mixed;
  }
  return towards;
}

function mix(first, second, ratio) {
  return first.map((channel, index) => Math.round(channel * (1 - ratio) + second[index] * ratio));
}

function contrast(first, second) {
  const [lighter, darker] = [luminance(first), luminance(second)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour) {
  const [red, green, blue] = colour.map((channel) => {
    const value = channel / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function css(colour) {
  return `rgb(${colour.join(" ")})`;
}
