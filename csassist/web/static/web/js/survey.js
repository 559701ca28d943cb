// How it went: asked once under a closed conversation, answered bit by bit, changed as often as one likes.

import { answerSurvey, readSurvey } from "./api.js";
import { button, el } from "./dom.js";
import { phrase } from "./phrases.js";

const SCORES = [1, 2, 3, 4, 5];

/** The survey as an element; it shows what was answered before, and nothing when it cannot be loaded. */
export function surveyTurn(id) {
  const place = el("section", { className: "survey", attributes: { "aria-label": phrase("survey") }, hidden: true });
  readSurvey(id)
    .then((survey) => {
      place.replaceChildren(...form(survey));
      place.hidden = false;
    })
    .catch(() => place.remove());
  return place;
}

function form(survey) {
  const said = el("p", { className: "survey-said", attributes: { role: "status" } });
  const save = async (answer) => {
    said.textContent = "";
    try {
      await answerSurvey(survey.id, answer);
      said.textContent = phrase("survey_thanks");
      return true;
    } catch (problem) {
      said.textContent = problem.status === 429 ? problem.words : phrase("survey_failed");
      return false;
    }
  };
  return [scores(survey, save), settled(survey, save), comment(survey, save), said];
}

function scores(survey, save) {
  const name = `score-${survey.id}`;
  const choices = SCORES.map((score) => {
    const input = el("input", { type: "radio", name, value: score, checked: survey.score === score });
    input.addEventListener("change", () => save({ score }));
    return el("label", { className: "score" }, input, el("span", {}, String(score)));
  });
  return el(
    "fieldset",
    { className: "survey-scores" },
    el("legend", {}, phrase("survey_question")),
    el("div", { className: "scores" }, ...choices),
    el("div", { className: "score-ends muted" }, el("span", {}, phrase("score_low")), el("span", {}, phrase("score_high"))),
  );
}

function settled(survey, save) {
  const name = `settled-${survey.id}`;
  const choice = (resolved, words) => {
    const input = el("input", { type: "radio", name, checked: survey.resolved === resolved });
    input.addEventListener("change", () => save({ resolved }));
    return el("label", { className: "reason" }, input, el("span", {}, words));
  };
  return el(
    "fieldset",
    { className: "survey-settled" },
    el("legend", {}, phrase("survey_settled")),
    el("div", { className: "reason-choices" }, choice(true, phrase("yes")), choice(false, phrase("no"))),
  );
}

function comment(survey, save) {
  const box = el("textarea", { rows: 2, maxLength: 2000, value: survey.comment });
  const send = button(phrase("send_feedback"), { className: "button", onClick: () => save({ comment: box.value.trim() }) });
  return el("div", { className: "survey-comment" }, el("label", { className: "field" }, el("span", {}, phrase("comment_label")), box), send);
}
