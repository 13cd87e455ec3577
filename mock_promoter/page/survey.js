/** A survey that is open: what was asked, and the answer, which is given and changed here as its contact would. */

import { call } from "./api.js";
import { personName, time } from "./format.js";
import { openHead } from "./list.js";
import { button, facts, field, form, members, part, tag } from "./parts.js";
import { href } from "./place.js";
import { el } from "./render.js";
import { bandTag, scale } from "./scale.js";

/** Return a survey and the form that answers it. */
export function surveyDetail(survey) {
  return [
    openHead(`Survey of ${personName(survey.contact)}`, unsubscribeButton(survey)),
    facts([
      ["To", contactLink(survey.contact)],
      ["Campaign", `${survey.campaign.name} (${survey.campaign.id})`],
      ["Sent", `${time(survey.at)} by ${survey.channel}`],
    ]),
    survey.feedback && answered(survey.feedback),
    part("Answer", answerForm(survey)),
    part("Attributes", members(survey.attributes)),
  ];
}

function contactLink(contact) {
  return el("a", { href: href({ view: "contacts", q: contact.email, id: String(contact.id) }) }, contact.email);
}

function unsubscribeButton(survey) {
  if (survey.contact.unsubscribed) return tag("unsubscribed", "bad");
  return button("Unsubscribe", async () => {
    const contact = await call("POST", `/surveys/${survey.id}/unsubscribe`, { body: {} });
    return `${contact.email} is unsubscribed, for good.`;
  });
}

function answered(feedback) {
  return part(
    "Feedback",
    el("p", {}, bandTag(feedback), ` feedback ${feedback.id} `),
    feedback.comment && el("blockquote", {}, feedback.comment),
    button("Remove the feedback", () => remove(feedback)),
  );
}

async function remove(feedback) {
  await call("DELETE", `/feedback/${feedback.id}`);
  return `Feedback ${feedback.id} is removed.`;
}

function answerForm(survey) {
  const { feedback } = survey;
  return form(
    (data) => answer(survey, data),
    { key: `answer-${survey.id}` },
    scale(feedback?.score ?? null),
    field("Comment", el("textarea", { name: "comment", rows: 3, maxlength: 100_000, value: feedback?.comment ?? "" })),
    el("div", { class: "buttons" }, el("button", { class: "primary" }, feedback ? "Change the answer" : "Answer")),
  );
}

async function answer(survey, data) {
  const body = { score: Number(data.get("score")), comment: data.get("comment") || null };
  const feedback = await call("POST", `/surveys/${survey.id}/answer`, { body });
  return `${survey.contact.email} answered ${feedback.score}: ${feedback.score_type}.`;
}
