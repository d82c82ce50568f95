//! Security phrases: two words that the app and the mail both show, so that users see that they belong
//! together.

use crate::random::Random;

/// Draws a phrase, for example `Golden Fox`; an empty one unless `wanted`. It is not secret.
pub(super) fn draw(random: &Random, wanted: bool) -> String {
    if !wanted {
        return String::new();
    }
    let [adjective, noun] = random.bytes();
    format!("{} {}", word(&ADJECTIVES, adjective), word(&NOUNS, noun))
}

/// Picks one of 64 words, all equally likely: 64 divides the 256 values of a byte.
fn word(words: &[&'static str; 64], byte: u8) -> &'static str {
    words.get(usize::from(byte % 64)).copied().unwrap_or_default()
}

/// First words of phrases.
const ADJECTIVES: [&str; 64] = [
    "Amber", "Ancient", "Bold", "Brave", "Bright", "Bronze", "Calm", "Clear", "Clever", "Copper",
    "Coral", "Cosmic", "Crimson", "Crystal", "Curious", "Daring", "Distant", "Eager", "Early",
    "Electric", "Emerald", "Fair", "Famous", "Fancy", "Fluent", "Fresh", "Friendly", "Gentle",
    "Giant", "Golden", "Grand", "Happy", "Honest", "Humble", "Ivory", "Jolly", "Kind", "Lively",
    "Lucky", "Lunar", "Magic", "Mellow", "Mighty", "Misty", "Modern", "Noble", "Patient", "Polar",
    "Proud", "Purple", "Quick", "Quiet", "Rapid", "Royal", "Scarlet", "Silent", "Silver", "Solar",
    "Sunny", "Swift", "Tidy", "Velvet", "Vivid", "Wise",
];

/// Second words of phrases.
const NOUNS: [&str; 64] = [
    "Acorn", "Anchor", "Apple", "Arrow", "Badger", "Balloon", "Banjo", "Basket", "Beacon",
    "Bicycle", "Bridge", "Cactus", "Candle", "Canyon", "Castle", "Cello", "Cherry", "Cloud",
    "Comet", "Compass", "Dolphin", "Dragon", "Eagle", "Falcon", "Feather", "Forest", "Fox",
    "Garden", "Guitar", "Hammer", "Harbor", "Hedgehog", "Island", "Kettle", "Kite", "Ladder",
    "Lantern", "Lemon", "Lion", "Maple", "Meadow", "Mirror", "Mountain", "Needle", "Ocean",
    "Orchid", "Otter", "Owl", "Panda", "Pebble", "Penguin", "Pepper", "Piano", "Planet", "Rabbit",
    "River", "Rocket", "Sailor", "Shadow", "Spoon", "Tiger", "Tulip", "Violin", "Window",
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_pair_of_words_is_drawn() {
        let random = Random::seeded(1);

        let drawn: HashSet<String> = (0..100_000).map(|_| draw(&random, true)).collect();

        assert_eq!(drawn.len(), 64 * 64);
        assert!(drawn.iter().all(|phrase| phrase.split(' ').count() == 2));
        assert_eq!(draw(&random, false), "");
    }
}
