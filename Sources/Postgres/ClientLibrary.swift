internal import CLibpq

/// libpq, as it is loaded now: a program that was built with one version runs with another.
public enum ClientLibrary {
    /// Its version as PostgreSQL writes it, such as 15.18 (libpq's documentation, `PQlibVersion`).
    public static var version: String {
        let number = PQlibVersion()
        return "\(number / 10_000).\(number % 10_000)"
    }
}
