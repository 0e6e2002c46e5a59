internal import Postgres
internal import SQLStatements

/// The names that tables to be created would take, and that something on the target has.
enum TakenNames {
    /// Reads which of these names are taken, each with the kind of what has it.
    static func read(
        _ names: [QualifiedName], target: borrowing Session
    ) throws(FerryError) -> [QualifiedName: String] {
        guard !names.isEmpty else { return [:] }
        var taken: [QualifiedName: String] = [:]
        for row in try target.query(
            Statements.takenNames, [ArrayText.format(names.map(\.schema)), ArrayText.format(names.map(\.name))])
        {
            taken[try row.name()] = try row.string("kind")
        }
        return taken
    }
}
