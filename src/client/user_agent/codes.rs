//! Appwrite's codes and names for uap-core's families.

/// An operating system.
pub(super) struct System {
    family: &'static str,
    /// Appwrite's code.
    pub(super) code: &'static str,
    /// Appwrite's name.
    pub(super) name: &'static str,
    /// The kind of device, as far as the system alone determines it.
    pub(super) device: &'static str,
}

/// A browser or another kind of client.
pub(super) struct Client {
    family: &'static str,
    /// Its type: `browser` or `library`.
    pub(super) kind: &'static str,
    /// Appwrite's code; libraries have none.
    pub(super) code: &'static str,
    /// Appwrite's name.
    pub(super) name: &'static str,
}

/// The system of a family.
pub(super) fn system(family: &str) -> Option<&'static System> {
    SYSTEMS.iter().find(|system| system.family == family)
}

/// The client of a family.
pub(super) fn client(family: &str) -> Option<&'static Client> {
    BROWSERS.iter().chain(LIBRARIES).find(|client| client.family == family)
}

/// The products that determine a browser's engine. The first match counts: nearly all pretend to be
/// `AppleWebKit`.
pub(super) const ENGINES: [(&str, &str); 6] = [
    ("Trident/", "Trident"),
    ("Presto/", "Presto"),
    ("Edge/", "Edge"),
    ("Chrome/", "Blink"),
    ("AppleWebKit/", "WebKit"),
    ("Firefox/", "Gecko"),
];

/// Values that uap-core wrongly returns as models.
pub(super) const NO_MODELS: [&str; 2] = ["Mac", "iOS-Device"];

const SYSTEMS: &[System] = &[
    on("Android", "AND", "Android", "smartphone"),
    on("HarmonyOS", "HAR", "HarmonyOS", "smartphone"),
    on("iOS", "IOS", "iOS", "smartphone"),
    on("iPad", "IPA", "iPadOS", "tablet"),
    on("Macintosh", "IPA", "iPadOS", "tablet"),
    on("X11", "AND", "Android", "tablet"),
    on("Windows", "WIN", "Windows", "desktop"),
    on("Mac OS X", "MAC", "Mac", "desktop"),
    on("Mac", "MAC", "Mac", "desktop"),
    on("Darwin Kernel", "MAC", "Mac", "desktop"),
    on("Linux", "LIN", "GNU/Linux", "desktop"),
    on("Ubuntu", "UBT", "Ubuntu", "desktop"),
    on("Debian", "DEB", "Debian", "desktop"),
    on("Fedora", "FED", "Fedora", "desktop"),
    on("Red Hat", "RHT", "Red Hat", "desktop"),
    on("CentOS", "CES", "CentOS", "desktop"),
    on("SUSE", "SSE", "SUSE", "desktop"),
    on("Gentoo", "GNT", "Gentoo", "desktop"),
    on("Arch Linux", "ARL", "Arch Linux", "desktop"),
    on("FreeBSD", "BSD", "FreeBSD", "desktop"),
    on("OpenBSD", "OBS", "OpenBSD", "desktop"),
    on("NetBSD", "NBS", "NetBSD", "desktop"),
    on("Chrome OS", "COS", "Chrome OS", "desktop"),
    on("KaiOS", "KOS", "KaiOS", "feature phone"),
    on("Firefox OS", "FOS", "Firefox OS", "smartphone"),
    on("Windows Phone", "WPH", "Windows Phone", "smartphone"),
    on("BlackBerry OS", "BLB", "BlackBerry OS", "smartphone"),
    on("Tizen", "TIZ", "Tizen", "tv"),
    on("tvOS", "ATV", "tvOS", "tv"),
    on("ATV OS X", "ATV", "tvOS", "tv"),
    on("Web0S", "WOS", "webOS", "tv"),
    on("webOS", "WOS", "webOS", "tv"),
    on("WatchOS", "WAS", "watchOS", "wearable"),
    on("Xbox", "XBX", "Xbox", "console"),
    on("PlayStation", "PS3", "PlayStation", "console"),
    // A library for Android: it determines the system, but not the device.
    on("okhttp", "AND", "Android", ""),
];

const BROWSERS: &[Client] = &[
    browser("Chrome", "CH", "Chrome"),
    browser("Chrome Mobile", "CM", "Chrome Mobile"),
    browser("Chrome Mobile iOS", "CI", "Chrome Mobile iOS"),
    browser("Chrome Mobile WebView", "CV", "Chrome Webview"),
    browser("HeadlessChrome", "HC", "Headless Chrome"),
    browser("Chromium", "CR", "Chromium"),
    browser("Firefox", "FF", "Firefox"),
    browser("Firefox Mobile", "FM", "Firefox Mobile"),
    browser("Firefox iOS", "F1", "Firefox Mobile iOS"),
    browser("Safari", "SF", "Safari"),
    browser("Mobile Safari", "MF", "Mobile Safari"),
    browser("Mobile Safari UI/WKWebView", "MF", "Mobile Safari"),
    browser("Edge", "PS", "Microsoft Edge"),
    browser("Edge Mobile", "PS", "Microsoft Edge"),
    browser("Opera", "OP", "Opera"),
    browser("Opera Mobile", "OM", "Opera Mobile"),
    browser("Opera Mini", "OI", "Opera Mini"),
    browser("Samsung Internet", "SB", "Samsung Browser"),
    browser("IE", "IE", "Internet Explorer"),
    browser("IE Mobile", "IM", "IE Mobile"),
    browser("Android", "AN", "Android Browser"),
    browser("Amazon Silk", "MS", "Mobile Silk"),
    browser("Brave", "BR", "Brave"),
    browser("Vivaldi", "VI", "Vivaldi"),
    browser("Yandex Browser", "YA", "Yandex Browser"),
    browser("UC Browser", "UC", "UC Browser"),
    browser("DuckDuckGo Mobile", "DD", "DuckDuckGo Privacy Browser"),
    browser("Konqueror", "KO", "Konqueror"),
    browser("SeaMonkey", "SM", "SeaMonkey"),
    browser("Pale Moon", "PM", "Pale Moon"),
    browser("MiuiBrowser", "MU", "Mi Browser"),
    browser("VivoBrowser", "VV", "vivo Browser"),
    browser("Honor Browser", "H6", "HONOR Browser"),
    browser("QQ Browser Mini", "Q1", "QQ Browser Mini"),
    browser("Whale", "WH", "Whale Browser"),
    browser("QQ Browser", "QQ", "QQ Browser"),
    browser("Coc Coc", "CC", "Coc Coc"),
    browser("Ecosia Android", "EC", "Ecosia"),
    browser("Ecosia iOS", "EC", "Ecosia"),
    browser("Opera GX", "OX", "Opera GX"),
    browser("Opera Touch", "OO", "Opera Touch"),
    browser("Huawei Browser", "HU", "Huawei Browser Mobile"),
    browser("HeyTap Browser", "H8", "HeyTapBrowser"),
    browser("Aloha Browser", "AL", "Aloha Browser"),
    browser("DuckDuckGo", "DD", "DuckDuckGo Privacy Browser"),
    browser("Oculus Browser", "OC", "Oculus Browser"),
    browser("Wolvic Browser", "WL", "Wolvic"),
    browser("Ladybird", "LD", "Ladybird"),
    browser("Quark", "QU", "Quark"),
    browser("Maxthon", "MX", "Maxthon"),
    browser("Norton", "N2", "Norton Private Browser"),
    browser("Avast Secure Browser", "AS", "Avast Secure Browser"),
    browser("AVG", "VG", "AVG Secure Browser"),
    browser("Avira", "AC", "Avira Secure Browser"),
    browser("CCleaner", "CL", "CCleaner"),
    browser("360 Secure Browser", "3B", "360 Secure Browser"),
    browser("Phoenix Browser", "PB", "Phoenix Browser"),
    browser("Smart Lenovo Browser", "LE", "Smart Lenovo Browser"),
    browser("Sber Browser", "R0", "SberBrowser"),
    browser("HiBrowser", "HI", "Hi Browser"),
    browser("Odin", "O2", "Odin"),
    browser("Iron", "IR", "Iron"),
    browser("Comodo Dragon", "CD", "Comodo Dragon"),
    browser("Basilisk", "BI", "Basilisk"),
    browser("Mypal Browser", "MY", "Mypal"),
];

const LIBRARIES: &[Client] = &[
    library("curl", "curl"),
    library("Dart", "Dart"),
    library("Go-http-client", "Go-http-client"),
    library("Java", "Java"),
    library("node-fetch", "Node Fetch"),
    library("okhttp", "OkHttp"),
    library("PostmanRuntime", "Postman Desktop"),
    library("Python Requests", "Python Requests"),
    library("Python-urllib", "Python urllib"),
    library("Wget", "Wget"),
];

const fn on(
    family: &'static str,
    code: &'static str,
    name: &'static str,
    device: &'static str,
) -> System {
    System { family, code, name, device }
}

const fn browser(family: &'static str, code: &'static str, name: &'static str) -> Client {
    Client { family, kind: "browser", code, name }
}

const fn library(family: &'static str, name: &'static str) -> Client {
    Client { family, kind: "library", code: "", name }
}
