internal import Postgres

/// Makes the map of one embedding column: reads a sample of the source's rows, and the same rows on the target.
struct MapMaker {
    /// The column, as the application searches it.
    let query: SearchQuery
    /// The time by which it must end.
    let deadline: SearchDeadline

    /// The most rows of a map: more would hide each other.
    static let mostRows = 400
    /// The most dimensions: a sparse vector may have a thousand million.
    private static let mostDimensions = 16_000

    /// Reads both sides.
    ///
    /// - Returns: nil where the rows have no key by which they could be found on the target, and where there are no vectors.
    func map(source: borrowing Session, target: borrowing Session) throws(FerryError) -> EmbeddingMap? {
        guard query.table.key != nil else { return nil }
        try deadline.impose(on: source)
        let rows = try SampleReader(query: query).rows(Self.mostRows, on: source)
        var sample: [(row: SampleReader.Row, vector: [Float])] = []
        for row in rows {
            guard let vector = Self.elements(row.vector),
                sample.isEmpty || sample[0].vector.count == vector.count
            else { continue }
            sample.append((row, vector))
        }
        guard !sample.isEmpty else { return nil }
        let plane = PrincipalPlane(of: sample.map(\.vector))
        // Equal vectors would all be one point.
        guard plane.hasSpread else { return nil }
        try deadline.impose(on: target)
        let there = try vectors(of: sample.map(\.row), on: target)
        return map(of: sample, there, in: plane)
    }

    /// The vectors of the same rows on the target, by their keys.
    private func vectors(
        of rows: [SampleReader.Row], on session: borrowing Session
    ) throws(FerryError) -> [String: String] {
        var conditions = ["\(query.keyText) = ANY ($1::text[])"]
        var parameters: [String?] = [ArrayText.format(rows.compactMap(\.origin))]
        if let first = query.table.key?.columns.first,
            query.table.leaves.values.joined().allSatisfy({ $0.hasBuiltIn([first]) })
        {
            // An index leads to the rows. The type of the parameter is that of the column's array.
            conditions.append("r.\(first.quotedIdentifier) = ANY ($2)")
            parameters.append(ArrayText.format(rows.compactMap(\.lead)))
        }
        let found = try session.query(
            """
            SELECT \(query.keyText) AS origin, \("r.\(query.column.name.quotedIdentifier)".outputText) AS vector
            FROM \(query.table.name.quoted) AS r WHERE \(conditions.joined(separator: " AND "))
            """, parameters, about: query.table.name)
        var vectors: [String: String] = [:]
        for row in found { vectors[try row.string("origin")] = try row.optional("vector") }
        return vectors
    }

    private func map(
        of sample: [(row: SampleReader.Row, vector: [Float])], _ there: [String: String], in plane: PrincipalPlane
    ) -> EmbeddingMap {
        var places: [(source: (x: Double, y: Double), target: (x: Double, y: Double)?)] = []
        var differing = 0
        for (row, vector) in sample {
            let text = row.origin.flatMap { there[$0] }
            let place = plane.place(of: vector)
            if let text, text != row.vector { differing += 1 }
            // The same text is the same vector.
            let other = text == row.vector ? vector : text.flatMap(Self.elements)
            places.append((place, other.flatMap { $0.count == vector.count ? plane.place(of: $0) : nil }))
        }
        let all = places.flatMap { [$0.source, $0.target].compactMap(\.self) }
        let half = all.map { max(abs($0.x), abs($0.y)) }.max() ?? 0
        func inMap(_ place: (x: Double, y: Double)) -> EmbeddingMap.Place {
            guard half > 0, half.isFinite else { return EmbeddingMap.Place(x: 0, y: 0) }
            return EmbeddingMap.Place(
                x: Int((place.x / half * 1000).rounded()), y: Int((place.y / half * 1000).rounded()))
        }
        let counts = Dictionary(grouping: sample) { $0.row.bot?.id }.mapValues(\.count)
        let bots = counts.sorted { ($1.value, $0.key ?? "") < ($0.value, $1.key ?? "") }.map(\.key)
        let numbers = Dictionary(uniqueKeysWithValues: bots.enumerated().map { ($1, $0) })
        let points = zip(sample, places).map { one, place in
            EmbeddingMap.Point(
                bot: numbers[one.row.bot?.id] ?? 0, source: inMap(place.source), target: place.target.map(inMap))
        }
        return EmbeddingMap(
            table: query.table.name, column: query.column.name, bots: bots, points: points, share: plane.share,
            differing: query.column.conversion == nil ? differing : nil)
    }

    /// The elements of a vector's text; nil where there are too many.
    private static func elements(_ text: String) -> [Float]? {
        switch VectorText(text) {
        case .dense(let elements)? where elements.count <= mostDimensions: return elements.map { Float($0) }
        case .bits(let bits)? where bits.count <= mostDimensions: return bits.map { $0 ? 1 : 0 }
        case .sparse(let elements, let dimensions)? where dimensions <= mostDimensions:
            var all = [Float](repeating: 0, count: dimensions)
            for (index, value) in elements { all[index - 1] = Float(value) }
            return all
        default: return nil
        }
    }
}
