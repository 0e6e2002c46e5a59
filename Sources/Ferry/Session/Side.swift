/// One of the two databases.
public enum Side: String, Sendable, CaseIterable {
    /// The restored snapshot's database, which is only read.
    case source
    /// The new cluster's database.
    case target
}
