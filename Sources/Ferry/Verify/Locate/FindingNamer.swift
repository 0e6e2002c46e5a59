/// Names the rows that differ by key, bot and differing columns. It looks them up by their places, in the snapshots in which
/// they were located.
struct FindingNamer {
    /// The most rows of one statement.
    private static let batch = 500

    /// The snapshots in which the rows were located.
    let sides: BothSides
    /// The table of the rows.
    let table: ComparedTable

    /// The facts of a row on one side.
    private struct Known {
        var key: [String: String] = [:]
        var bot: String?
        var columns: [UInt128] = []
    }

    /// Makes the findings, in the same order. Rows are looked up by place, so this is for few rows.
    func name(_ differences: [Difference]) throws(FerryError) -> [Finding] {
        guard !differences.isEmpty else { return [] }
        let source = try known(differences.compactMap(\.source?.place), differences, on: sides.source)
        let target = try known(differences.compactMap(\.target?.place), differences, on: sides.target)
        return differences.map { difference in
            let left = difference.source.flatMap { source[$0.place] }
            let right = difference.target.flatMap { target[$0.place] }
            let hasKey = table.key != nil
            let row = difference.source ?? difference.target
            var finding = Finding(
                kind: difference.kind, key: hasKey ? (left ?? right)?.key : nil,
                hash: hasKey ? nil : row.map { Digest(rows: 1, sum: $0.row).hex },
                sourceCopies: difference.sourceCopies,
                targetCopies: difference.targetCopies, columns: [], bot: (left ?? right)?.bot)
            if difference.kind == .differs, let left, let right {
                finding.columns = zip(table.columns, zip(left.columns, right.columns))
                    .filter { $0.1.0 != $0.1.1 }.map { $0.0.name }
            }
            return finding
        }
    }

    private func known(
        _ places: [RowPlace], _ differences: [Difference], on side: SideReader
    ) throws(FerryError) -> [RowPlace: Known] {
        guard !places.isEmpty else { return [:] }
        return try sides.workers.retrying { () throws(FerryError) in
            let session = try side.connect()
            var known: [RowPlace: Known] = [:]
            let byLeaf = Dictionary(grouping: places, by: \.leaf)
            for (leaf, places) in byLeaf.sorted(by: { $0.key < $1.key }) {
                guard let relation = table.leaves[side.side]?[Int(leaf)] else { continue }
                for start in stride(from: 0, to: places.count, by: Self.batch) {
                    let some = places[start..<min(start + Self.batch, places.count)].map(\.place)
                    try readNames(of: some, leaf, relation, session, &known)
                    try readColumns(of: some, leaf, relation, session, &known)
                }
            }
            return known
        }
    }

    private func readNames(
        of places: [RowQuery.Place], _ leaf: UInt32, _ relation: Relation, _ session: borrowing Session,
        _ known: inout [RowPlace: Known]
    ) throws(FerryError) {
        var query = table.query(relation, session.side, leading: [.place, .bot])
        query.columns = table.key?.columns ?? []
        query.textColumns = Set(query.columns)
        query.places = places
        for row in try session.query(query.select, [], .prompt, about: relation.name) {
            guard let place = RowQuery.Place(try row.optional("ctid")) else { continue }
            var entry = Known(bot: table.botScope == nil ? nil : try row.optional(at: 1))
            for (position, column) in query.columns.enumerated() {
                entry.key[column] = try row.optional(at: 2 + position) ?? ""
            }
            known[RowPlace(leaf: leaf, place: place)] = entry
        }
    }

    private func readColumns(
        of places: [RowQuery.Place], _ leaf: UInt32, _ relation: Relation, _ session: borrowing Session,
        _ known: inout [RowPlace: Known]
    ) throws(FerryError) {
        var query = table.query(relation, session.side, leading: [.place])
        query.places = places
        try RowReader.start([query], on: session)
        var reader = RowReader(query)
        var fields = RowFields(leading: 1, columns: table.columns.count, key: [])
        var hashes: [(RowQuery.Place, [UInt128])] = []
        while try reader.next(
            from: session,
            row: { row in
                row.withUnsafeBytes { bytes in
                    let columns = fields.columnHashes(of: bytes)
                    guard let place = RowFields.place(fields.leadingField(0, of: bytes)) else { return }
                    hashes.append((place, columns))
                }
            }, message: { _ in true }) != nil
        {}
        for (place, columns) in hashes { known[RowPlace(leaf: leaf, place: place)]?.columns = columns }
    }
}

extension RowQuery.Place {
    /// Parses `(12,3)`.
    init?(_ text: String?) {
        guard let text, text.first == "(", text.last == ")" else { return nil }
        let numbers = text.dropFirst().dropLast().split(separator: ",")
        guard numbers.count == 2, let page = UInt32(numbers[0]), let item = UInt16(numbers[1]) else { return nil }
        self.init(page: page, item: item)
    }
}
