/// A saved definition in the ledger, as the statements that the transaction which restores it runs.
struct LedgerEntry: Sendable, Equatable {
    /// The job's number.
    let job: JobNumber
    /// ``SavedDefinition/number``
    let number: DefinitionNumber

    /// Locks the entry, and answers whether the definition is restored: `restored`. No row where the entry is gone.
    var lockSQL: String {
        """
        SELECT restored_at IS NOT NULL AS restored FROM vecferry.saved_definition \
        WHERE job = \(job) AND number = \(number) FOR UPDATE
        """
    }

    /// Marks the definition as restored.
    var markSQL: String {
        "UPDATE vecferry.saved_definition SET restored_at = now() WHERE job = \(job) AND number = \(number)"
    }
}
