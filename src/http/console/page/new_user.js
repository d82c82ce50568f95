// The dialog for a new user.

import { run } from "./api.js";
import { ask } from "./dialog.js";

/** Asks for a new user's data, and creates the user. */
export function createUser() {
  return ask({
    title: "New user",
    text: [
      "The user exists at once and can sign in. No e-mail or SMS is sent, and the address and number count as not verified.",
      "Fill in what you know; everything may stay empty.",
    ],
    fields: [
      { name: "name", label: "Name" },
      { name: "email", label: "E-mail address", inputmode: "email" },
      { name: "phone", label: "Phone number", inputmode: "tel", hint: "With the country code: +12065550100" },
      {
        name: "password", label: "Password", type: "password", autocomplete: "new-password",
        hint: "At least 8 characters, or more if the project asks for it. Without one, the user signs in by link, by code or by a provider.",
      },
      { name: "userId", label: "Id", hint: "Up to 36 of a–z, A–Z, 0–9, “.”, “_” and “-”. Empty: the server chooses one." },
    ],
    confirm: "Create user",
    done: "The user was created.",
    run: ({ userId, email, phone, password, name }) => run("createUser", {
      userId: userId.trim() || "unique()",
      email: email.trim() || null,
      phone: phone.trim() || null,
      password: password || null,
      name: name.trim() || null,
    }),
  });
}
