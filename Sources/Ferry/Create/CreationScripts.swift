internal import Postgres

/// The definitions of what a job creates on the target. They run at once; where the target refuses one of them, they run without
/// it, so that it costs its own tables alone.
struct CreationScripts {
    /// A table with its partitions, or a sequence that no column owns.
    struct Part {
        /// The pair that is not created if this is not; nil for a sequence, without which the tables that use it are refused.
        var pair: PairNumber?
        var name: QualifiedName
        /// pg_dump's patterns.
        var patterns: [String]
        /// The types that it is made of, on the source.
        var types: Set<OID>
        /// Statements that change the table while it is empty.
        var changes: [String] = []
    }

    /// A type that the target lacks.
    struct UserType {
        /// On the source.
        var oid: OID
        var name: String
        var schema: String
        /// The COMMENT statement.
        var comment: String?
    }

    /// Schemas and extensions, each one statement.
    private let statements: [String]
    private let types: [UserType]
    private let parts: [Part]
    private let dump: PgDump
    private let typesScript: String
    private let partsScript: String

    /// Reads the definitions.
    ///
    /// - Parameters:
    ///   - types: In an order in which none needs a later one, as far as their OIDs tell.
    ///   - parts: In an order in which none needs a later one.
    init(statements: [String], types: [UserType], parts: [Part], dump: PgDump) throws(FerryError) {
        self.statements = statements
        self.types = types
        self.parts = parts
        self.dump = dump
        typesScript = types.isEmpty ? "" : try Self.script(types[...], dump)
        partsScript = parts.isEmpty ? "" : try Self.script(parts[...], dump)
    }

    /// Creates what the target accepts, in the session's transaction.
    ///
    /// - Returns: Why the tables of some pairs are not created.
    /// - Throws: An error that concerns more than one object.
    func run(on target: borrowing Session) throws(FerryError) -> [PairNumber: FerryError] {
        for statement in statements { try target.define(statement) }
        var refusedTypes: [OID: FerryError] = [:]
        try create(types[...], typesScript, on: target, script: Self.script) { type, error in
            refusedTypes[type.oid] = error.naming("The type \(type.name) could not be created.")
        }
        for type in types where refusedTypes[type.oid] == nil {
            if let comment = type.comment { try target.define(comment) }
        }
        var refused: [PairNumber: FerryError] = [:]
        try create(parts[...], partsScript, on: target, script: Self.script) { part, error in
            guard let pair = part.pair else { return }
            let cause = part.types.sorted().lazy.compactMap { refusedTypes[$0] }.first
            refused[pair] = (cause ?? error.naming("The table could not be created.")).of(part.name)
        }
        return refused
    }

    /// Halves what the target refuses, until it is one.
    private func create<Item>(
        _ items: ArraySlice<Item>, _ known: String?, on target: borrowing Session,
        script: (ArraySlice<Item>, PgDump) throws(FerryError) -> String, refused: (Item, FerryError) -> Void
    ) throws(FerryError) {
        guard let first = items.first else { return }
        var text = known
        if text == nil { text = try script(items, dump) }
        try target.execute("SAVEPOINT vecferry_create")
        do throws(FerryError) {
            try target.create(text ?? "")
            try target.execute("RELEASE SAVEPOINT vecferry_create")
            return
        } catch {
            guard error.concernsOneDefinition else { throw error }
            try target.execute("ROLLBACK TO SAVEPOINT vecferry_create; RELEASE SAVEPOINT vecferry_create")
            // invalid_parameter_value
            if error.cause?.sqlState == "22023", let text {
                let plain = PgDump.withoutStamps(text)
                if plain != text { return try create(items, plain, on: target, script: script, refused: refused) }
            }
            guard items.count > 1 else { return refused(first, error) }
        }
        let middle = items.startIndex + items.count / 2
        try create(items[..<middle], nil, on: target, script: script, refused: refused)
        try create(items[middle...], nil, on: target, script: script, refused: refused)
    }

    private static func script(_ types: ArraySlice<UserType>, _ dump: PgDump) throws(FerryError) -> String {
        try dump.types(types.map(\.oid))
    }

    private static func script(_ parts: ArraySlice<Part>, _ dump: PgDump) throws(FerryError) -> String {
        let changes = parts.flatMap(\.changes).map { "\n\($0);" }
        return try dump.tables(parts.flatMap(\.patterns)) + changes.joined()
    }
}

extension FerryError {
    /// Whether the target refuses a definition: another one may be accepted.
    fileprivate var concernsOneDefinition: Bool { of(QualifiedName(schema: "", name: "")).concernsOneTable }

    /// The same error with what could not be done before the server's words.
    fileprivate func naming(_ failure: String) -> FerryError {
        var error = self
        error.message = "\(failure) \(message)"
        return error
    }
}
