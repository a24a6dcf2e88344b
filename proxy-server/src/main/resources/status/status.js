// The status page: asks for the state every few seconds and shows it. Everything that is shown goes
// through textContent, so that no text, wherever it came from, becomes markup.
"use strict";

(() => {
  const INTERVAL_MILLIS = 2000;
  const SLOWEST_MILLIS = 15000;
  const PATIENCE_MILLIS = 10000;
  const LONGEST_BAR_DAYS = 90;
  const MANY_FAIL = 0.05;

  const byId = (id) => document.getElementById(id);

  // ---- making elements

  function make(tag, className, ...content) {
    const node = document.createElement(tag);
    if (className) {
      node.className = className;
    }
    node.append(...content.filter((each) => each !== null));
    return node;
  }

  function setText(node, text) {
    if (node.textContent !== text) {
      node.textContent = text;
    }
  }

  function badge(text, level) {
    return make("span", "badge " + (level || ""), text);
  }

  /** Makes a list's nodes follow its items: nodes of items that stay are kept, with their focus. */
  function follow(parent, items, keyOf, create, update) {
    const known = new Map();
    for (const node of parent.children) {
      known.set(node.dataset.key, node);
    }
    let place = parent.firstElementChild;
    for (const item of items) {
      const key = keyOf(item);
      let node = known.get(key);
      known.delete(key);
      if (!node) {
        node = create(item);
        node.dataset.key = key;
      }
      if (node === place) {
        place = place.nextElementSibling;
      } else {
        parent.insertBefore(node, place);
      }
      update(node, item);
    }
    known.forEach((node) => node.remove());
  }

  // ---- words and numbers

  const whole = new Intl.NumberFormat("en");
  const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

  function many(number, word) {
    return whole.format(number) + " " + word + (number === 1 ? "" : "s");
  }

  function rate(value) {
    return value >= 10000 ? short.format(value)
      : value >= 10 || value === 0 ? whole.format(Math.round(value)) : value.toFixed(value < 1 ? 2 : 1);
  }

  function millis(value) {
    if (value === null) {
      return "–";
    }
    return value < 10 ? value.toFixed(1) + " ms"
      : value < 1000 ? Math.round(value) + " ms" : (value / 1000).toFixed(1) + " s";
  }

  function bytes(value) {
    const units = ["B", "kB", "MB", "GB", "TB", "PB"];
    let unit = 0;
    while (value >= 1000 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return (value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)) + " " + units[unit];
  }

  function percent(part, all) {
    if (!all || !part) {
      return "0 %";
    }
    const value = 100 * part / all;
    return (value < 0.1 ? "< 0.1" : value < 10 ? value.toFixed(1) : Math.round(value)) + " %";
  }

  function span(seconds) {
    const steps = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
    const [size, unit] = steps.find((step) => seconds >= step[0]) || [1, "s"];
    return Math.max(0, Math.floor(seconds / size)) + " " + unit;
  }

  function ago(now, time) {
    const seconds = (Date.parse(now) - Date.parse(time)) / 1000;
    return seconds < 2 ? "just now" : span(seconds) + " ago";
  }

  function clock(time) {
    return time.slice(0, 19).replace("T", " ") + " UTC";
  }

  function listed(words, all) {
    const more = all - words.length;
    return words.join(", ") + (more > 0 ? " and " + more + " more" : "");
  }

  // ---- tables

  /** A table whose rows follow what they are given; a row is made anew only when it changed. */
  function table(holder, caption, columns, keyOf, emptyText) {
    const body = make("tbody");
    const head = make("tr", "", ...columns.map((column) => {
      const cell = make("th", column.className, column.label);
      cell.scope = "col";
      cell.setAttribute("role", "columnheader");
      return cell;
    }));
    head.setAttribute("role", "row");
    const top = make("thead", "", head);
    const whole = make("table", "", make("caption", "unseen", caption), top, body);
    whole.setAttribute("role", "table");
    top.setAttribute("role", "rowgroup");
    body.setAttribute("role", "rowgroup");
    const frame = make("div", "table", whole);
    const empty = make("p", "empty", "");
    holder.append(frame, empty);
    const shown = new WeakMap();

    function fill(row, item) {
      const cells = columns.map((column, index) => {
        const cell = make(index === 0 ? "th" : "td", column.className, ...[column.cell(item)].flat());
        cell.setAttribute("role", index === 0 ? "rowheader" : "cell");
        if (index === 0) {
          cell.scope = "row";
        }
        if (column.phone) {
          cell.dataset.label = column.phone;
        }
        return cell;
      });
      row.replaceChildren(...cells);
    }

    return (items, looking) => {
      frame.hidden = items.length === 0;
      empty.hidden = items.length > 0;
      setText(empty, looking ? "Nothing here matches the filter." : emptyText);
      follow(body, items, keyOf, () => {
        const row = make("tr");
        row.setAttribute("role", "row");
        return row;
      }, (row, item) => {
        const state = JSON.stringify(item);
        if (shown.get(row) !== state) {
          shown.set(row, state);
          fill(row, item);
        }
      });
    };
  }

  function count(value) {
    return make("span", value === 0 ? "zero" : "", whole.format(value));
  }

  function badCount(value, all) {
    return value === 0 ? make("span", "zero", "0")
      : make("span", "bad-number", whole.format(value) + " (" + percent(value, all) + ")");
  }

  // ---- the parts of the page

  const SVG = "http://www.w3.org/2000/svg";
  const WIDTH = 240;
  const HEIGHT = 100;

  /** A chart without words: what it shows is said beside it. */
  function chart(bad) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("class", "chart");
    svg.setAttribute("viewBox", "0 0 " + WIDTH + " " + HEIGHT);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    for (const kind of bad ? ["", " bad"] : [""]) {
      for (const part of ["area", "stroke"]) {
        const path = document.createElementNS(SVG, "path");
        path.setAttribute("class", part + kind);
        svg.append(path);
      }
    }
    return svg;
  }

  function draw(svg, steps, ...series) {
    const most = Math.max(1e-9, ...series[0].map((each) => each || 0));
    series.forEach((values, index) => {
      const points = values.map((value, i) => {
        const x = WIDTH * (steps - values.length + i) / (steps - 1);
        const y = HEIGHT - 2 - (HEIGHT - 8) * Math.min(1, (value || 0) / most);
        return x.toFixed(1) + " " + y.toFixed(1);
      });
      const first = WIDTH * (steps - values.length) / (steps - 1);
      const line = points.length < 2 || values.every((value) => !value) ? "" : "M" + points.join("L");
      const [area, stroke] = [svg.children[2 * index], svg.children[2 * index + 1]];
      stroke.setAttribute("d", line);
      area.setAttribute("d", line && line + "V" + HEIGHT + "H" + first.toFixed(1) + "Z");
    });
  }

  function tile(title, className, svg, ...legend) {
    const value = make("p", "value");
    const note = make("p", "note");
    const whole = make("div", "tile " + className,
      make("h3", "", make("span", "legend", ...legend), title), value, note, svg);
    byId("tiles").append(whole);
    return (text, unit, said, alarm) => {
      value.replaceChildren(text, unit ? make("small", "", unit) : "");
      setText(note, said);
      whole.classList.toggle("alarm", Boolean(alarm));
    };
  }

  const charts = [chart(true), chart(false), chart(false)];
  const tiles = {
    requests: tile("Requests", "wide", charts[0],
      make("span", "key"), "all", make("span", "key bad"), "5xx"),
    failed: tile("Failed with 5xx", "", ""),
    time: tile("Median time", "", charts[1]),
    open: tile("Open connections of clients", "", ""),
    data: tile("Data to clients", "", charts[2]),
  };

  function showTraffic(state) {
    const traffic = state.traffic;
    const peak = Math.max(0, ...traffic.requestSeries);
    tiles.requests(rate(traffic.requestRate), "per second",
      "at most " + rate(peak) + " per second; " + many(traffic.requests, "request") + " and "
        + many(traffic.tunnels, "tunnel") + " since the start");
    tiles.failed(percent(traffic.serverErrorRate, traffic.requestRate), "",
      rate(traffic.serverErrorRate) + " per second; "
        + percent(traffic.clientErrorRate, traffic.requestRate) + " were answered 4xx",
      traffic.serverErrorRate >= MANY_FAIL * traffic.requestRate && traffic.serverErrorRate > 0);
    tiles.time(millis(traffic.medianMillis), "", traffic.p99Millis === null
      ? "no request in the last minute" : "99 of 100 took less than " + millis(traffic.p99Millis));
    tiles.open(
      whole.format(state.listeners.reduce((sum, each) => sum + each.open, 0)), "",
      state.listeners.map((each) =>
        each.name + " " + whole.format(each.open) + " of " + whole.format(each.most)).join(", "));
    tiles.data(bytes(traffic.responseByteRate), "per second",
      bytes(traffic.requestByteRate) + " per second from them");
    draw(charts[0], traffic.steps, traffic.requestSeries, traffic.serverErrorSeries);
    draw(charts[1], traffic.steps, traffic.medianSeries);
    draw(charts[2], traffic.steps, traffic.byteSeries);
  }

  const SECTIONS = {
    traffic: "Traffic", failures: "Failures", certificates: "Certificates", upstreams: "Upstreams",
    configuration: "Configuration",
  };
  const LEVEL_WORDS = { critical: "Act now", warning: "Soon" };

  function showAttention(state) {
    const items = state.attention;
    const serving = state.phase === "serving" ? "Serving" : state.phase === "draining" ? "Draining" : "Starting";
    const what = items.length === 0 ? "nothing needs attention"
      : items.length === 1 ? "one thing needs attention" : items.length + " things need attention";
    byId("attention").classList.toggle("clear", items.length === 0);
    setText(byId("headline"), serving + ", " + what);
    const title = (items.length ? "(" + items.length + ") " : "") + "Reseal: " + serving.toLowerCase();
    if (document.title !== title) {
      document.title = title;
    }
    follow(byId("attention-list"), items, (item) => item.level + item.text, (item) => {
      const link = make("a", item.level, badge(LEVEL_WORDS[item.level], item.level),
        make("span", "what", item.text), make("span", "to", SECTIONS[item.section]));
      link.href = "#" + item.section;
      return make("li", "", link);
    }, () => {});
  }

  function failureCard() {
    const card = make("article", "card");
    const parts = {
      title: make("h3"), count: make("span", "badge"), where: make("span", "where"),
      when: make("span", "when"), detail: make("p"), fix: make("p", "fix"), fixText: make("span"),
      facts: make("dl", "pairs"),
    };
    parts.fix.append(make("b", "", "Fix"), parts.fixText);
    card.append(
      make("header", "", parts.title, parts.count, parts.where, parts.when),
      parts.detail, parts.fix,
      make("details", "", make("summary", "", "Facts"), parts.facts));
    card.parts = parts;
    return card;
  }

  function pairs(list, entries) {
    const state = JSON.stringify(entries);
    if (list.dataset.state !== state) {
      list.dataset.state = state;
      list.replaceChildren(...entries.flatMap(([name, value]) =>
        [make("dt", "", name), make("dd", "", value)]));
    }
  }

  function updateFailure(card, failure, now) {
    const { title, count: times, where, when, detail, fix, fixText, facts } = card.parts;
    const server = failure.status >= 500;
    card.className = "card " + (server ? "server" : "client");
    times.className = "badge " + (server ? "critical" : "");
    setText(title, failure.error);
    setText(times, many(failure.count, "time"));
    setText(where, [
      failure.route ? "route " + failure.route : "no route",
      failure.upstream ? "upstream " + failure.upstream : "",
      "status " + failure.status].filter(Boolean).join(", "));
    setText(when, ago(now, failure.last));
    setText(detail, failure.detail);
    setText(fixText, failure.fix);
    fix.hidden = failure.fix === "";
    pairs(facts, [
      ...failure.facts.map((fact) => [fact.name, fact.value]),
      ["last request", failure.lastRequest],
      ["id of it in the log", failure.lastId || "none"],
      ["last", clock(failure.last)],
      ["first", clock(failure.since)]].filter(([, value]) => value !== ""));
  }

  const noFailures = make("p", "empty");
  byId("failure-cards").after(noFailures);

  function showFailures(state, looking) {
    const rows = state.failures.rows;
    noFailures.hidden = rows.length > 0;
    setText(noFailures, looking ? "Nothing here matches the filter." : "Nothing has failed since the start.");
    follow(byId("failure-cards"), rows,
      (each) => JSON.stringify([each.route, each.upstream, each.error]), failureCard,
      (card, each) => updateFailure(card, each, state.now));
    byId("refusals-part").hidden = state.refusals.total === 0;
  }

  const showRefusals = table(byId("refusals-table"), "Refused connections", [
    { label: "Reason", className: "text", cell: (each) => make("span", "main-text", each.reason) },
    { label: "Listener", className: "text", phone: "Listener", cell: (each) => each.listener },
    { label: "Times", className: "number", phone: "Times", cell: (each) => count(each.count) },
    { label: "Last", className: "text span", phone: "Last", cell: (each) => [
      clock(each.last) + ", from " + each.lastClient,
      each.detail ? make("span", "sub", each.detail) : ""] },
  ], (each) => JSON.stringify([each.listener, each.reason]), "No connection was refused.");

  const USES = {
    identity: "identity", intermediate: "intermediate of identity",
    destination_ca: "destination CA of upstream", upstream: "shown by upstream",
  };

  function daysLeft(each) {
    const text = each.hoursLeft < 0 ? "ended" : each.hoursLeft < 48 ? each.hoursLeft + " h" : whole.format(each.daysLeft);
    const unit = each.hoursLeft >= 48 ? " days" : each.hoursLeft < 0 ? " " + span(-each.hoursLeft * 3600) + " ago" : "";
    const bar = make("i");
    bar.style.setProperty("--part",
      Math.max(0, Math.min(100, 100 * each.daysLeft / LONGEST_BAR_DAYS)) + "%");
    const scale = make("span", "scale", bar);
    scale.setAttribute("aria-hidden", "true");
    return make("span", "days " + each.level, make("b", "", text), unit, scale);
  }

  function commonName(subject) {
    const found = /(?:^|,)CN=((?:\\.|[^,\\])+)/.exec(subject);
    return found ? found[1] : subject || "(no subject)";
  }

  const showCertificates = table(byId("certificates-table"), "Certificates by days left", [
    { label: "Left", cell: daysLeft },
    { label: "Certificate", className: "text span", cell: (each) => {
      const names = each.names.slice(0, 4);
      return [make("span", "main-text", commonName(each.subject)),
        each.names.length ? make("span", "sub", listed(names, each.names.length)) : ""];
    } },
    { label: "Use", className: "text", phone: "Use", cell: (each) => [
      USES[each.use] + " ", make("b", "", listed(each.usedBy, each.users))] },
    { label: "Issuer", className: "text", phone: "Issuer", cell: (each) => commonName(each.issuer) },
    { label: "Ends", className: "date", phone: "Ends", cell: (each) => [
      each.notAfter.slice(0, 10), make("span", "sub", each.notAfter.slice(11, 16) + " UTC")] },
  ], (each) => each.use + each.fingerprint, "No certificate is configured.");

  const KINDS = {
    reencrypt: "re-encrypts to", passthrough: "passes through to", offload: "sends cleartext to",
    redirect: "redirects to",
  };

  const showRoutes = table(byId("routes-table"), "Routes", [
    { label: "Host and path", className: "text span", cell: (each) => [
      make("span", "main-text", listed(each.hosts.slice(0, 3), each.hosts.length)),
      make("span", "sub", each.name
        + (each.paths && each.paths.join() !== "/" ? ", " + listed(each.paths.slice(0, 4), each.paths.length) : ""))] },
    { label: "To", className: "text span", cell: (each) => [
      make("span", "sub", KINDS[each.kind]), make("span", "", each.target)] },
    { label: "Per second", className: "number", phone: "Per second", cell: (each) =>
      make("span", each.recentRequests ? "" : "zero", rate(each.requestRate)) },
    { label: "5xx", className: "number", phone: "5xx", cell: (each) => badCount(each.recentServerErrors, each.recentRequests) },
    { label: "4xx", className: "number", phone: "4xx", cell: (each) => count(each.recentClientErrors) },
    { label: "Mean time", className: "number", phone: "Mean time", cell: (each) =>
      make("span", each.meanMillis === null ? "zero" : "", millis(each.meanMillis)) },
    { label: "In all", className: "number", phone: "In all", cell: (each) =>
      each.kind === "passthrough" ? many(each.tunnels, "tunnel") : count(each.requests) },
  ], (each) => each.name, "No route is configured.");

  const ENDPOINT_LEVELS = { reachable: "good", failing: "critical", untried: "" };

  function endpoint(each) {
    const failure = each.lastFailure;
    return make("div", "endpoint",
      badge(each.state, ENDPOINT_LEVELS[each.state]),
      make("code", "", each.address),
      each.state === "failing" && failure ? make("span", "sub",
        failure.error + " at " + clock(failure.at) + ": " + failure.detail
          + (failure.fix ? " " + failure.fix : "")) : null);
  }

  function protection(each) {
    return each.connections === "tls"
      ? badge(each.verified ? "TLS, verified" : "TLS, not verified", each.verified ? "good" : "warning")
      : badge(each.connections === "raw" ? "the client's TLS" : "cleartext", each.connections === "raw" ? "" : "warning");
  }

  const sumOf = (each, key) => each.endpoints.reduce((sum, point) => sum + (point[key] || 0), 0);

  const showUpstreams = table(byId("upstreams-table"), "Upstreams", [
    { label: "Upstream", className: "text", cell: (each) => make("span", "main-text", each.name) },
    { label: "Connections", cell: protection },
    { label: "Endpoints", className: "text span", cell: (each) => {
      const more = each.endpoints.length - 8;
      return [...each.endpoints.slice(0, 8).map(endpoint),
        more > 0 ? make("span", "sub", "and " + many(more, "more endpoint")) : ""];
    } },
    { label: "Open", className: "number", phone: "Open", cell: (each) => count(sumOf(each, "open")) },
    { label: "Idle", className: "number", phone: "Idle", cell: (each) => count(sumOf(each, "idle")) },
    { label: "Made", className: "number", phone: "Made", cell: (each) => count(sumOf(each, "connected")) },
    { label: "Failed", className: "number", phone: "Failed", cell: (each) => {
      const failed = sumOf(each, "failed");
      return failed ? make("span", "bad-number", whole.format(failed)) : count(0);
    } },
  ], (each) => each.name + " " + each.connections, "No upstream is in use.");

  const OUTCOMES = {
    loaded: "loaded at the start", applied: "applied", unchanged: "unchanged", refused: "refused",
  };

  function showConfiguration(state) {
    const last = state.lastReload;
    pairs(byId("configuration-facts"), [
      ["revision", whole.format(last.revision)],
      ["last reload", OUTCOMES[last.outcome] + ", " + clock(last.time)],
      ["running since", clock(state.started)],
      ["version", state.version]]);
    const problems = byId("problems");
    problems.classList.toggle("warnings", last.outcome !== "refused");
    const others = last.problemCount - last.problems.length;
    const shown = others > 0 ? [...last.problems, "and " + whole.format(others) + " more, see the log"] : last.problems;
    follow(problems, [...new Set(shown)], (each) => each, (each) => make("li", "", each), () => {});
    setText(byId("facts"), "revision " + whole.format(last.revision) + ", version " + state.version
      + ", up " + span((Date.parse(state.now) - Date.parse(state.started)) / 1000));
  }

  const expanded = new Set();

  function showMore(key, part) {
    const more = byId(key + "-more");
    const [text, button] = more.children;
    const hidden = part.found - part.rows.length;
    const all = expanded.has(key);
    setText(text, hidden > 0
      ? whole.format(part.rows.length) + " of " + whole.format(part.found) + " are shown"
        + (all ? "; the filter finds the others" : "")
      : part.found < part.total ? whole.format(part.found) + " of " + whole.format(part.total) + " match the filter" : "");
    button.hidden = !(all || hidden > 0);
    button.setAttribute("aria-expanded", String(all));
    setText(button, all ? "Show fewer " + key : "Show more " + key);
    more.hidden = text.textContent === "" && button.hidden;
  }

  for (const key of ["failures", "refusals", "certificates", "routes", "upstreams"]) {
    byId(key + "-more").querySelector("button").addEventListener("click", () => {
      if (!expanded.delete(key)) {
        expanded.add(key);
      }
      next(0);
    });
  }

  function showCounts(state) {
    for (const [key, show] of [["refusals", showRefusals], ["certificates", showCertificates],
      ["routes", showRoutes], ["upstreams", showUpstreams], ["failures", null]]) {
      const part = state[key];
      if (show) {
        show(part.rows, part.total > 0 && part.found === 0);
      }
      const mark = document.querySelector('[data-count="' + key + '"]');
      if (mark) {
        setText(mark, part.total ? whole.format(part.total) : "");
      }
      showMore(key, part);
    }
  }

  function show(state, looking) {
    showAttention(state);
    showTraffic(state);
    showFailures(state, looking && state.failures.total > 0);
    showCounts(state);
    showConfiguration(state);
  }

  // ---- keeping up

  let paused = false;
  let waiting = 0;
  let round = 0;
  let failures = 0;
  let lastTime = "";

  function next(delay) {
    clearTimeout(waiting);
    waiting = setTimeout(ask, delay);
  }

  function freshness(className, text) {
    byId("freshness").className = "freshness " + className;
    setText(byId("freshness"), text);
  }

  async function ask() {
    const mine = ++round;
    const find = byId("find").value.trim();
    try {
      const answer = await fetch(
        "/status.json?find=" + encodeURIComponent(find) + "&more=" + [...expanded].join(),
        { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MILLIS) });
      if (!answer.ok) {
        throw new Error("status " + answer.status);
      }
      const state = await answer.json();
      if (mine !== round) {
        return;
      }
      failures = 0;
      lastTime = clock(state.now);
      byId("trouble").hidden = true;
      show(state, find !== "");
      document.documentElement.dataset.updates = Number(document.documentElement.dataset.updates || 0) + 1;
      freshness(paused ? "" : "fresh", (paused ? "paused at " : "live, ") + lastTime.slice(11, 19));
    } catch (problem) {
      if (mine !== round) {
        return;
      }
      failures++;
      const since = lastTime ? "This is how it was at " + lastTime + "." : "";
      setText(byId("trouble"), "The proxy does not answer. " + since + " Trying again.");
      byId("trouble").hidden = false;
      freshness("lost", "not connected");
    }
    if (!paused && !document.hidden) {
      next(Math.min(SLOWEST_MILLIS, INTERVAL_MILLIS * 2 ** Math.min(failures, 5)));
    }
  }

  byId("pause").addEventListener("click", () => {
    paused = !paused;
    byId("pause").setAttribute("aria-pressed", String(paused));
    if (paused) {
      clearTimeout(waiting);
      freshness("", "paused at " + lastTime.slice(11, 19));
    } else {
      next(0);
    }
  });

  byId("find").addEventListener("input", () => next(200));

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      clearTimeout(waiting);
    } else if (!paused) {
      next(0);
    }
  });

  ask();
})();
