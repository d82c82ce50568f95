// GraphiQL for the endpoint that the page was loaded from, with the cookies of its visitor.
//
// React and GraphiQL are globals of the files in vendor/, which run before this one.

import { createFetcher } from "./fetcher.js";
import { createSessionPlugin } from "./session.js";
import { tabsOf } from "./tabs.js";

const { GraphiQL, React, ReactDOM } = window;

// Some of GraphiQL's dialogs add a <style>. It needs the nonce of this page, which is found under this name.
window.__webpack_nonce__ = document.querySelector("script[nonce]").nonce;

const root = document.getElementById("graphiql");
const isDev = root.dataset.mode === "dev"; // then there is an inbox
const tabs = tabsOf({ isDev });

const mutations = new EventTarget(); // tells "done" after each, since it may have changed who is signed in
const fetcher = createFetcher({
  url: location.pathname + location.search, // `?project=…` names a project, as it does for every client
  onMutation: () => mutations.dispatchEvent(new Event("done")),
});

/** Breaks long lines, which nearly all are on a phone. */
function LineBreaks() {
  const { queryEditor, responseEditor } = GraphiQL.React.useEditorContext({ nonNull: true });
  React.useEffect(() => {
    for (const editor of [queryEditor, responseEditor]) editor?.setOption("lineWrapping", true);
  }, [queryEditor, responseEditor]);
  return null;
}

// GraphiQL reads the variables of the open tab here, not from `defaultTabs`.
if (!localStorage.getItem("graphiql:tabState")) localStorage.setItem("graphiql:variables", tabs[0].variables);

const settings = {
  fetcher,
  defaultTabs: tabs,
  plugins: [createSessionPlugin(fetcher, mutations, { isDev })],
  defaultEditorToolsVisibility: "variables",
  isHeadersEditorEnabled: true, // and kept only for those who ask for it in the settings: a header may be a secret
  inputValueDeprecation: true,
  schemaDescription: true,
};

const { createElement: h } = React;
const inbox = isDev && h("a", { className: "inbox", href: "/inbox", target: "_blank" }, "Inbox");
const page = h(GraphiQL, settings, h(GraphiQL.Logo, null, "accountd", inbox), h(LineBreaks));
ReactDOM.createRoot(root).render(page);
