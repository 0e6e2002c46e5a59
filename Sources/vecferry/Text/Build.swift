import CBuild
import Ferry
import Postgres

/// What `--version` says of this build.
enum Build {
    /// `0.1.0, commit 0123456789ab, libpq 15.18`.
    static var description: String {
        let commit = String(cString: vecferry_commit())
        let parts: [String?] = [
            Engine.version, commit.isEmpty ? nil : "commit \(commit)", "libpq \(ClientLibrary.version)",
        ]
        return parts.compactMap(\.self).joined(separator: ", ")
    }
}
