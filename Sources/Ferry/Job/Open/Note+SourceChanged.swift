extension Note {
    /// A warning: the source was written to after the job began to read it.
    static let sourceChanged = Note(
        level: .warning, code: .sourceChanged, side: .source, table: nil,
        message: "The source was written to since the job began.",
        hint: "When all chunks are copied, every table is compared with the source as it is then.")

    /// A notice: transactions ended on the source after the job finished. The snapshots do not tell which tables they changed.
    static let sourceChangedSince = Note(
        level: .info, code: .sourceChanged, side: .source, table: nil,
        message:
            "Transactions ended on the source since the job finished. Autovacuum's count too, so the rows may be unchanged.",
        hint: "Run vecferry verify to compare the tables, or vecferry copy --restart to copy again.")

    /// A warning: a part of the table was copied before the source was written to.
    static func stale(_ table: QualifiedName) -> Note {
        Note(
            level: .warning, code: .sourceChanged, side: .source, table: table,
            message: "The table was changed after some of it was copied, so the target holds an older state of it.",
            hint: "Run vecferry copy --restart to copy all again. If every chunk was copied, vecferry verify --repair "
                + "updates the changed rows.")
    }
}
