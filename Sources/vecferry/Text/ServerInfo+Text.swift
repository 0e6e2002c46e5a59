import Ferry

extension ServerInfo {
    /// The endpoint and the versions: `db:5432/postgres, PostgreSQL 15.3 (Aurora), pgvector 0.5.1`.
    var summary: String {
        let vector = vectorVersion.map { "pgvector \($0)" } ?? "no pgvector"
        return "\(endpoint), PostgreSQL \(version)\(isAurora ? " (Aurora)" : ""), \(vector)"
    }

    /// Returns the side's name and the summary.
    func line(_ side: Side) -> Line {
        "\(side == .source ? "Source" : "Target", .name)  \(summary)"
    }
}
