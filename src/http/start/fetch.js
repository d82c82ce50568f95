const api = async (query) => {
  const headers = { 'Content-Type': 'application/json' };
  const request = { method: 'POST', credentials: 'include', headers, body: JSON.stringify({ query }) };
  return (await (await fetch('http://localhost:8080/v1/graphql', request)).json()).data;
};
const grace = 'email: "grace@example.com", password: "correct horse battery"';
const signUp = `accountCreate(userId: "unique()", name: "Grace", ${grace}) { _id }`;
const signIn = `accountCreateEmailPasswordSession(${grace}) { _id }`;
if (!(await api('{ accountStatus { _id } }')).accountStatus) await api(`mutation { ${signUp} ${signIn} }`);
document.body.textContent = `Signed in as ${(await api('{ accountGet { name } }')).accountGet.name}`;
