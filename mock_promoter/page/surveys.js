/** Surveys: the inbox of all contacts, the newest first, and what their answers make of the score. */

import { get } from "./api.js";
import { KEY_NOTE, SURVEY } from "./commands.js";
import { personName, plural, shortTime } from "./format.js";
import { emptyWith, furtherRows, listHead, listPage, listQuery, notThere, row } from "./list.js";
import { tag } from "./parts.js";
import { el } from "./render.js";
import { bandTag } from "./scale.js";
import { surveyDetail } from "./survey.js";

export const surveys = { name: "surveys", title: "Surveys", load, show };

async function load(at, signal) {
  const [inbox, scores] = await Promise.all([get("/surveys", listQuery(at), signal), get("/campaigns", {}, signal)]);
  return { ...inbox, ...scores };
}

function show(data, at) {
  const { surveys: found, count, dropped } = data;
  const head = listHead(at, { title: "Surveys", count, what: "survey", hint: "Filter: a name, an e-mail, a comment" });
  return listPage(at, {
    head: [head, scoreBoard(data)],
    rows: found.length
      ? [found.map((survey) => surveyRow(at, survey)), furtherRows(at, found.length, count, dropped)]
      : [],
    empty: emptyWith(`No surveys yet. Survey a contact, and answer in its place here. ${KEY_NOTE}`, SURVEY),
    isOpen: Boolean(at.id),
    beside: at.id ? opened(found, at) : hint(),
  });
}

function opened(found, at) {
  const survey = found.find((one) => String(one.id) === at.id);
  return survey ? surveyDetail(survey) : notThere("survey", at.id);
}

function hint() {
  return [
    el("h2", { id: "beside-title", class: "quiet" }, "No survey is open"),
    el("p", { class: "quiet" }, "Open one to answer it as its contact would."),
  ];
}

function surveyRow(at, survey) {
  return row(
    at,
    survey.id,
    el("span", { class: "row-status band-status" }, survey.feedback ? bandTag(survey.feedback) : tag("unanswered")),
    el(
      "span",
      { class: "grow" },
      personName(survey.contact),
      " ",
      el("span", { class: "quiet" }, survey.contact.email),
    ),
    el("time", { class: "mono quiet", datetime: survey.at, title: survey.at }, shortTime(survey.at)),
    el("span", { class: "row-more quiet" }, survey.feedback?.comment || survey.campaign.name),
  );
}

function scoreBoard({ campaigns, organization_nps: whole }) {
  return el(
    "section",
    { class: "scores", "aria-label": "Net promoter scores" },
    score("Organisation", whole, plural(campaigns.length, "campaign")),
    campaigns.map((campaign) => score(campaign.name, campaign.nps, reach(campaign))),
  );
}

function score(name, nps, words) {
  return el(
    "div",
    { class: "score" },
    el("span", { class: "score-name" }, name),
    el("strong", { class: "mono" }, el("span", { class: "aside" }, "NPS "), nps),
    el("small", { class: "quiet" }, words),
  );
}

function reach(campaign) {
  const event = campaign.event === null ? "" : `on “${campaign.event}”, `;
  return `${event}${campaign.channel}, ${campaign.eligible_count} of ${campaign.all_count} may be surveyed`;
}
