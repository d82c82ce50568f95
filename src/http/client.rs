//! Reads the client of a request.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::header::{ACCEPT_LANGUAGE, HOST, HeaderName, ORIGIN, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Uri};
use entity::ProjectId;
use ipnet::IpNet;
use url::Url;

use super::operator::Operator;
use super::proxy;
use crate::app::App;
use crate::auth::api_key;
use crate::auth::credentials::{cookie_name, cookies};
use crate::client::language::languages;
use crate::client::network::{client_address, parse_hop, visitor_address};
use crate::client::user_agent::cut;
use crate::client::{Client, SecretDelivery};
use crate::config::{Scope, Secret, is_at, is_loopback};
use crate::error::{Error, MissingScopes, Result};
use crate::request_log;
use crate::text::lossy;

const PROJECT: HeaderName = HeaderName::from_static("x-appwrite-project");
pub(super) const KEY: HeaderName = HeaderName::from_static("x-appwrite-key");
const LOCALE: HeaderName = HeaderName::from_static("x-appwrite-locale");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_USER_AGENT: HeaderName = HeaderName::from_static("x-forwarded-user-agent");

/// The headers with which a proxy forwards a client's address or host.
const FORWARDING: [&str; 6] =
    ["x-forwarded-for", "x-forwarded-host", "x-real-ip", "cf-connecting-ip", "forwarded", "via"];

/// The client of a request. Fails if the project doesn't exist, or has no valid key that is presented.
pub(super) async fn read(app: &App, parts: &Parts) -> Result<Client> {
    read_in(app, parts, project_id(&parts.headers, &parts.uri)).await
}

/// The client of a request to a project. Fails if the project doesn't exist, or has no valid key that is presented.
pub(super) async fn read_in(app: &App, parts: &Parts, project: String) -> Result<Client> {
    let project = app.project(&ProjectId::new(project)).ok_or(Error::ProjectNotFound)?;
    let headers = &parts.headers;
    let key = text(headers, &KEY);
    let key =
        if key.is_empty() { None } else { Some(api_key::find(app, &project.id, &key).await?) };
    // A server that renders pages forwards its visitors, so each has separate limits.
    let forwards = key.as_ref().is_some_and(|key| key.allows(Scope::ClientForward));
    let find = if forwards { visitor_address } else { client_address };
    let ip = find_address(app, headers, &parts.extensions, find);
    let mut user_agent = text(headers, &USER_AGENT);
    if forwards {
        user_agent = text(headers, &FORWARDED_USER_AGENT);
    } else if !app.config.is_dev() {
        proxy::warn_if_ignored(headers, peer(&parts.extensions), &app.config.trusted_proxies);
    }
    let accepted: Vec<_> = all(headers, &ACCEPT_LANGUAGE).collect();
    let is_operator = parts.extensions.get::<Operator>().is_some();
    request_log::note_client((!is_operator).then_some(ip), &project.id, key.is_some());
    let cookie = cookies(headers, &cookie_name(&project.id)).next().unwrap_or_default();
    let sees_secrets = key.is_some() || !headers.contains_key(ORIGIN);
    Ok(Client {
        country_code: app.countries.code(ip),
        ip,
        user_agent: cut(&user_agent).to_owned(),
        languages: languages(&text(headers, &LOCALE), &accepted.join(",")),
        secrets: if sees_secrets { SecretDelivery::Body } else { SecretDelivery::Cookie },
        cookie: Secret::new(cookie),
        is_local: app.config.is_dev() && is_local(app, headers, &parts.extensions),
        key,
        is_operator,
        project,
    })
}

/// The client of a request to a project. Fails unless it has a valid key of the project, of this scope.
pub(super) async fn read_with_scope(
    app: &App,
    parts: &Parts,
    project: String,
    scope: Scope,
) -> Result<Client> {
    let client = read_in(app, parts, project).await?;
    if client.key.as_ref().is_some_and(|key| key.allows(scope)) {
        return Ok(client);
    }
    let key_of = client.key.is_some().then(|| client.project.id.clone());
    Err(Error::GeneralMissingScopes(MissingScopes { key_of, scopes: vec![scope] }))
}

/// Whether an API key is presented, valid or not.
pub(super) fn presents_key(headers: &HeaderMap) -> bool {
    !text(headers, &KEY).is_empty()
}

/// The client's address, without what a project's own server forwards.
pub(super) fn address(app: &App, headers: &HeaderMap, connection: &Extensions) -> IpAddr {
    find_address(app, headers, connection, client_address)
}

fn find_address(
    app: &App,
    headers: &HeaderMap,
    connection: &Extensions,
    find: fn(IpAddr, &[&str], &[IpNet]) -> IpAddr,
) -> IpAddr {
    let forwarded: Vec<_> = all(headers, &FORWARDED_FOR).collect();
    let forwarded: Vec<&str> = forwarded.iter().map(Cow::as_ref).collect();
    find(peer(connection), &forwarded, &app.config.trusted_proxies)
}

/// Whether the connection is from a trusted proxy.
pub(super) fn is_from_trusted_proxy(app: &App, connection: &Extensions) -> bool {
    let peer = peer(connection).to_canonical();
    app.config.trusted_proxies.iter().any(|network| network.contains(&peer))
}

/// The project in the header or the query string; otherwise, also if these are empty, `default`.
pub(super) fn project_id(headers: &HeaderMap, uri: &Uri) -> String {
    let id = text(headers, &PROJECT);
    if !id.is_empty() {
        return id;
    }
    let query = uri.query().unwrap_or_default();
    let mut parameters = url::form_urlencoded::parse(query.as_bytes());
    let named = parameters.find(|(key, id)| key == "project" && !id.is_empty());
    named.map_or_else(|| "default".to_owned(), |(_, id)| id.into_owned())
}

/// Whether the request is from this machine, to a name of this machine, and not from another machine's page.
/// Its host is `localhost`, a loopback address, missing, or the one address that the server listens at. If
/// the server is open to the network, the connection must also be from this machine. For a forwarded
/// request, the headers of the proxy decide: a proxy on this machine may use a local name for anyone.
pub(super) fn is_local(app: &App, headers: &HeaderMap, connection: &Extensions) -> bool {
    let is_own = |url: &str| Url::parse(url).is_ok_and(|url| is_own(app, &url));
    let host = headers.get(HOST).map(|host| lossy(host.as_bytes()));
    let is_closed = app.config.listen.ip().is_loopback();
    (is_closed || is_near(app, connection))
        && host.is_none_or(|host| is_own(&format!("http://{host}/")))
        && all(headers, &ORIGIN).all(|origin| is_own(&origin))
        && FORWARDING.iter().all(|name| is_forwarded_locally(app, headers, name))
}

/// Whether the connection is from this machine.
pub(super) fn is_near(app: &App, connection: &Extensions) -> bool {
    is_own_address(app, peer(connection))
}

/// Whether `ip` is of this machine: loopback, or the one address that the server listens at.
fn is_own_address(app: &App, ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback() || ip.to_canonical() == app.config.listen.ip()
}

/// Whether `url` names this machine.
fn is_own(app: &App, url: &Url) -> bool {
    let at = app.config.listen.ip();
    is_loopback(url) || (!at.is_unspecified() && is_at(url, at))
}

/// Whether a forwarding header is absent, or names this machine only.
fn is_forwarded_locally(app: &App, headers: &HeaderMap, name: &str) -> bool {
    let is_local = |hop: &str| match name {
        "x-forwarded-for" | "x-real-ip" => parse_hop(hop).is_some_and(|ip| is_own_address(app, ip)),
        "x-forwarded-host" => {
            Url::parse(&format!("http://{}/", hop.trim())).is_ok_and(|url| is_own(app, &url))
        }
        _ => false,
    };
    headers
        .get_all(name)
        .iter()
        .all(|value| value.to_str().is_ok_and(|value| value.split(',').all(is_local)))
}

/// The address of the peer.
fn peer(extensions: &Extensions) -> IpAddr {
    // Absent only without a connection, in tests, which also set it by this extension.
    let connection = extensions.get::<ConnectInfo<SocketAddr>>();
    connection.map_or(Ipv4Addr::LOCALHOST.into(), |ConnectInfo(peer)| peer.ip())
}

fn all<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = Cow<'a, str>> {
    headers.get_all(name).into_iter().map(|value| lossy(value.as_bytes()))
}

fn text(headers: &HeaderMap, name: &HeaderName) -> String {
    let value = headers.get(name).map(|value| lossy(value.as_bytes()));
    value.unwrap_or_default().trim().to_owned()
}
