//! JSON that is written piece by piece, without a tree of values.

use async_graphql::Value;
use serde::Serialize;

/// The form of a response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Keys as in the document; what is absent is null.
    #[default]
    Graphql,
    /// `$id` for `_id`; what is absent is an empty string. Webhooks get this form, too.
    Rest,
}

/// JSON under way.
#[derive(Debug, Default)]
pub struct JsonWriter {
    text: Vec<u8>,
    form: Form,
}

impl JsonWriter {
    /// Begins in this form.
    pub fn new(form: Form) -> Self {
        Self { text: Vec::with_capacity(512), form }
    }

    /// The form.
    pub fn form(&self) -> Form {
        self.form
    }

    /// Writes an object, whose members `write` adds.
    pub fn object(&mut self, write: impl FnOnce(&mut Self)) {
        self.text.push(b'{');
        write(self);
        self.text.push(b'}');
    }

    /// Writes a list, each item by `write`.
    pub fn list<T>(&mut self, items: impl IntoIterator<Item = T>, write: impl Fn(&mut Self, T)) {
        self.text.push(b'[');
        for item in items {
            self.separate();
            write(self, item);
        }
        self.text.push(b']');
    }

    /// Begins a member of an object. The key is a name of GraphQL.
    pub fn key(&mut self, name: &str) {
        self.separate();
        self.text.push(b'"');
        match (self.form, name.strip_prefix('_')) {
            (Form::Rest, Some(rest)) => {
                self.text.push(b'$');
                self.text.extend_from_slice(rest.as_bytes());
            }
            _ => self.text.extend_from_slice(name.as_bytes()),
        }
        self.text.extend_from_slice(b"\":");
    }

    /// Adds a comma, unless an object or a list has just begun.
    fn separate(&mut self) {
        if !matches!(self.text.last(), None | Some(b'{' | b'[')) {
            self.text.push(b',');
        }
    }

    /// Writes what is absent.
    pub fn absent(&mut self) {
        self.raw(match self.form {
            Form::Graphql => "null",
            Form::Rest => "\"\"",
        });
    }

    /// Writes a string.
    pub fn text(&mut self, text: &str) {
        // It can't fail: memory takes everything, and each text has a JSON.
        let _ = serde_json::to_writer(&mut self.text, text);
    }

    /// Writes JSON as it is.
    pub fn raw(&mut self, json: &str) {
        self.text.extend_from_slice(json.as_bytes());
    }

    /// Writes what serde knows.
    pub fn serialize(&mut self, value: &impl Serialize) -> serde_json::Result<()> {
        serde_json::to_writer(&mut self.text, value)
    }

    /// Writes a value of the engine.
    pub fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.raw("null"),
            Value::Boolean(true) => self.raw("true"),
            Value::Boolean(false) => self.raw("false"),
            Value::Number(number) => {
                // As for strings.
                let _ = serde_json::to_writer(&mut self.text, number);
            }
            Value::String(text) => self.text(text),
            Value::Enum(name) => self.text(name),
            Value::Binary(finished) => self.text.extend_from_slice(finished),
            Value::List(items) => self.list(items, Self::value),
            Value::Object(members) => self.object(|json| {
                for (key, value) in members {
                    json.separate();
                    json.text(key);
                    json.raw(":");
                    json.value(value);
                }
            }),
        }
    }

    /// Ends, as a value of the engine: this schema has no other binary values.
    pub fn into_value(self) -> Value {
        Value::Binary(self.text.into())
    }

    /// Ends, as a text.
    pub fn into_text(self) -> anyhow::Result<String> {
        Ok(String::from_utf8(self.text)?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_written_as_serde_writes_them() {
        let json = json!({
            "": [], "\"\\\n\u{1}é😀": {}, "n": [0, -1, 1.5, 1e300, u64::MAX, i64::MIN],
            "l": [[], [null, true, false], {"a": {"b": "[{"}, "c": "{["}], "_id": "x",
        });
        let value = Value::from_json(json).unwrap();

        let mut written = JsonWriter::new(Form::Rest);
        written.value(&value);

        assert_eq!(written.into_text().unwrap(), serde_json::to_string(&value).unwrap());
    }

    #[test]
    fn finished_json_stands_where_it_is_put() {
        let mut inner = JsonWriter::new(Form::Rest);
        inner.object(|json| {
            json.key("_id");
            json.text("a\"");
            json.key("at");
            json.absent();
        });
        let value = Value::List(vec![inner.into_value(), Value::Null]);

        let mut outer = JsonWriter::default();
        outer.value(&value);

        assert_eq!(outer.into_text().unwrap(), r#"[{"$id":"a\"","at":""},null]"#);
    }
}
