import { Account, Client, ID } from 'appwrite'; // npm install appwrite
const client = new Client().setEndpoint('http://localhost:8080/v1').setProject('default');
const account = new Account(client);
const credentials = { email: 'hedy@example.com', password: 'correct horse battery' };
const user = await account.get().catch(async () => {
  await account.create({ userId: ID.unique(), name: 'Hedy', ...credentials }).catch(() => {}); // may be there already
  await account.createEmailPasswordSession(credentials);
  return account.get();
});
document.body.textContent = `Signed in as ${user.name}`;
