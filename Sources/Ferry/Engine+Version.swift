extension Engine {
    /// vecferry's version, as `--version` prints it and the ledger keeps it.
    public static let version = "0.1.0"
}
