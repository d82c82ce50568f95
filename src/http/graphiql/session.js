// The panel "Session": signing up, in and out without writing a document, and who is signed in.
//
// It also sends the headers from the headers editor, such as a project or a JWT.

const { createElement: h, useCallback, useEffect, useState } = window.React;

const STATUS = "query Status { accountStatus { _id name email } }";
const SIGN_IN = `mutation SignIn($email: String!, $password: String!) {
  accountCreateEmailPasswordSession(email: $email, password: $password) { _id }
}`;
const SIGN_UP = `mutation SignUp($email: String!, $password: String!, $name: String) {
  accountCreate(userId: "unique()", email: $email, password: $password, name: $name) { _id }
}`;
const SIGN_OUT = 'mutation SignOut { accountDeleteSession(sessionId: "current") { status } }';

/** The plugin for GraphiQL's side bar. `mutations` has an event when the editor may have changed who is signed in. */
export function createSessionPlugin(fetcher, mutations, { isDev }) {
  return { title: "Session", icon: Icon, content: () => h(Panel, { fetcher, mutations, isDev }) };
}

function Icon() {
  const outline = { fill: "none", stroke: "currentColor", strokeWidth: 1.5, strokeLinecap: "round" };
  return h("svg", { height: "1em", viewBox: "0 0 16 16", ...outline },
    h("circle", { cx: 8, cy: 5, r: 3.2 }),
    h("path", { d: "M1.8 14.5c.6-3.2 3-4.8 6.2-4.8s5.6 1.6 6.2 4.8" }));
}

function Panel({ fetcher, mutations, isDev }) {
  const { headerEditor } = window.GraphiQL.React.useEditorContext({ nonNull: true });
  const [status, setStatus] = useState(); // the answer of accountStatus
  const [problem, setProblem] = useState("");

  const send = useCallback(async (query, variables) => {
    const headers = JSON.parse(headerEditor?.getValue() || "{}");
    const answer = await fetcher({ query, variables }, { headers });
    // A request that failed as a whole has its message at the top.
    const message = answer.errors?.[0].message ?? answer.message;
    if (message) throw new Error(message);
    return answer;
  }, [fetcher, headerEditor]);

  const look = useCallback(() => send(STATUS).then(setStatus, (error) => {
    setStatus(undefined);
    setProblem(error.message);
  }), [send]);

  useEffect(() => {
    look();
    mutations.addEventListener("done", look);
    return () => mutations.removeEventListener("done", look);
  }, [look, mutations]);

  /** Sends operations one after the other, and looks again who is signed in. */
  const run = async (...operations) => {
    setProblem("");
    try {
      for (const [query, variables] of operations) await send(query, variables);
    } catch (error) {
      setProblem(error.message);
    }
    await look();
  };

  const user = status?.data?.accountStatus;
  return h("section", { className: "session", "aria-label": "Session" },
    h("div", { className: "graphiql-doc-explorer-title" }, "Session"),
    h("p", { role: "status" }, user ? "Signed in." : status ? "Nobody is signed in." : ""),
    problem && h("p", { role: "alert" }, problem),
    user ? h(User, { user, run }) : h(Form, { run }),
    h(Notes, { credential: status?.extensions?.credential, isDev }));
}

function User({ user, run }) {
  return h("div", null,
    h("dl", null,
      h("dt", null, "Name"), h("dd", null, user.name || "–"),
      h("dt", null, "E-mail"), h("dd", null, user.email || "–"),
      h("dt", null, "Id"), h("dd", null, h("code", null, user._id))),
    h("button", { type: "button", className: "graphiql-button", onClick: () => run([SIGN_OUT]) }, "Sign out"));
}

function Form({ run }) {
  const submit = (event) => {
    event.preventDefault();
    const { name, email, password } = Object.fromEntries(new FormData(event.target));
    const signIn = [SIGN_IN, { email, password }];
    const signsUp = event.nativeEvent.submitter.value === "up";
    run(...(signsUp ? [[SIGN_UP, { name, email, password }], signIn] : [signIn]));
  };
  const field = (label, attributes) => h("label", null, label, h("input", attributes));
  const button = (value, label) => h("button", { className: "graphiql-button", value }, label);
  return h("form", { onSubmit: submit },
    field("E-mail", { name: "email", type: "email", autoComplete: "username", required: true }),
    field("Password", { name: "password", type: "password", autoComplete: "current-password", required: true, minLength: 8 }),
    field("Name, to sign up", { name: "name", autoComplete: "name" }),
    h("div", { className: "buttons" }, button("in", "Sign in"), button("up", "Sign up")));
}

/** What else there is to know. In development the server says of a guest which `credential` came, and what is wrong with it. */
function Notes({ credential, isDev }) {
  const isRefused = credential && credential.kind !== "none";
  const licences = new URL("vendor/LICENSES.txt", import.meta.url).href;
  return h("footer", null,
    isRefused && h("p", null, `A credential (${credential.kind}) was sent, but not accepted: ${credential.problem}.`),
    h("p", null, "The session is an HttpOnly cookie. A header ", h("code", null, "X-Appwrite-Project"),
      " chooses a project, ", h("code", null, "X-Appwrite-Session"), " or ", h("code", null, "X-Appwrite-JWT"),
      " another caller: write them into “Headers” below the document, for the editor and for this panel."),
    isDev && h("p", null, "Mails and text messages are in the ", h("a", { href: "/inbox", target: "_blank" }, "inbox"), "."),
    h("p", null, h("a", { href: licences, target: "_blank", rel: "noreferrer" }, "Licences of GraphiQL and React")));
}
