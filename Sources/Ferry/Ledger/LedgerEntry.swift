/// The ledger entry of a saved definition, as the statements of the transaction that restores the definition.
struct LedgerEntry: Sendable, Equatable {
    /// The job's number.
    let job: JobNumber
    /// The definition's ``SavedDefinition/number``.
    let number: DefinitionNumber

    /// Locks the entry, and returns whether the definition is `restored`; no row where the entry is gone.
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
