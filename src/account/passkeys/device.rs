//! Names of password managers and devices, by the AAGUID that they send.

/// The AAGUIDs that most passkeys have, and the names that their makers give.
const NAMES: &[(&str, &str)] = &[
    ("08987058-cadc-4b81-b6e1-30de50dcbe96", "Windows Hello"),
    ("0ea242b4-43c4-4a1b-8b17-dd6d0b6baec6", "Keeper"),
    ("50726f74-6f6e-5061-7373-50726f746f6e", "Proton Pass"),
    ("531126d6-e717-415c-9320-3d9aa6981239", "Dashlane"),
    ("53414d53-554e-4700-0000-000000000000", "Samsung Pass"),
    ("6028b017-b1d4-4c02-b4b3-afcdafc96bb2", "Windows Hello"),
    ("9ddd1817-af5a-4672-a2b9-3e3dd95000a9", "Windows Hello"),
    ("adce0002-35bc-c60a-648b-0b25f1f05503", "Chrome on Mac"),
    ("b84e4048-15dc-4dd0-8640-f4f60813c8af", "NordPass"),
    ("bada5566-a7aa-401f-bd96-45619a55120d", "1Password"),
    ("d548826e-79b4-db40-a3d8-11116f7e8349", "Bitwarden"),
    ("dd4ec289-e01d-41c9-bb89-70fa845d4bf2", "iCloud Keychain (managed)"),
    ("ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4", "Google Password Manager"),
    ("f3809540-7f14-49c1-a8b3-8f813b225541", "Enpass"),
    ("fbfc3007-154e-4ecc-8c0b-6e020557d7bd", "iCloud Keychain"),
    ("fdb141b2-5d84-443e-8a35-4698c205a502", "KeePassXC"),
];

/// The name for an AAGUID; empty if unknown.
pub(in crate::account) fn name(aaguid: &str) -> &'static str {
    let found = NAMES.iter().find(|(known, _)| *known == aaguid);
    found.map(|(_, name)| *name).unwrap_or_default()
}

/// An AAGUID as a UUID in lower case.
pub(super) fn format_aaguid(aaguid: [u8; 16]) -> String {
    let mut text = hex::encode(aaguid);
    for at in [20, 16, 12, 8] {
        text.insert(at, '-');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_aaguid_has_the_form_of_a_uuid() {
        let bytes: [u8; 16] = *b"Proton\x50assProton";

        let text = format_aaguid(bytes);

        assert_eq!(text, "50726f74-6f6e-5061-7373-50726f746f6e");
        assert_eq!(name(&text), "Proton Pass");
        assert_eq!(name("00000000-0000-0000-0000-000000000000"), "");
    }
}
