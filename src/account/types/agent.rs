//! What a user agent header says, as fields of sessions and of the security log.

use crate::client::user_agent::UserAgent;
use crate::graphql::row::{Field, fields};

/// An object about a client. It has the fields [`Self::AGENT`].
pub(crate) trait OfClient: Sized + 'static {
    /// What the client's user agent header says.
    fn agent(&self) -> &UserAgent;

    /// The operating system, the client and the device. Unknown parts are empty.
    const AGENT: &'static [Field<Self>] = fields! {
        /// The operating system's short code, for example `WIN`, `MAC`, `AND`, `IOS` or `LIN`; empty if unknown.
        osCode: &str = |it| &it.agent().os_code;
        /// The operating system's name; empty if unknown.
        osName: &str = |it| &it.agent().os_name;
        /// The operating system's version: major and minor, for example `10.15`.
        osVersion: &str = |it| &it.agent().os_version;
        /// The kind of client, for example `browser`, `library`, `mobile app` or `desktop`.
        clientType: &str = |it| &it.agent().client_type;
        /// The client's short code, for example `CH` (Chrome), `FF` (Firefox) or `SF` (Safari); empty if
        /// unknown.
        clientCode: &str = |it| &it.agent().client_code;
        /// The client's name; empty if unknown.
        clientName: &str = |it| &it.agent().client_name;
        /// The client's version: major and minor, for example `128.0`.
        clientVersion: &str = |it| &it.agent().client_version;
        /// The client's rendering engine, for example `Blink`, `Gecko` or `WebKit`.
        clientEngine: &str = |it| &it.agent().client_engine;
        /// The rendering engine's version.
        clientEngineVersion: &str = |it| &it.agent().client_engine_version;
        /// The kind of device, for example `desktop`, `smartphone` or `tablet`.
        deviceName: &str = |it| &it.agent().device_name;
        /// The device's brand; empty if unknown.
        deviceBrand: &str = |it| &it.agent().device_brand;
        /// The device's model; empty if unknown.
        deviceModel: &str = |it| &it.agent().device_model;
    };
}
