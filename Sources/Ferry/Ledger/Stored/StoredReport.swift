/// A job's report as stored in the ledger.
struct StoredReport: StoredDocument, Equatable {
    var format: Int?
    var vecferry: String?
    var outcome: StoredWord<JobReport.Outcome>
    var job: Int
    var tables: [StoredTableReport]
    var notes: [StoredNote]
    var copySeconds: Double
    var seconds: Double
    var streamedBytes: Int
    var finishedAt: String?
    var searches: [StoredSearch]?
    var maps: [StoredMap]?
    var rowsByBot: StoredRowsByBot?

    init(_ report: JobReport) {
        format = Ledger.format
        vecferry = Engine.version
        outcome = StoredWord(report.outcome)
        job = report.job.value
        tables = report.tables.map(StoredTableReport.init)
        notes = report.notes.map(StoredNote.init)
        copySeconds = report.copySeconds
        seconds = report.seconds
        streamedBytes = report.streamedBytes
        finishedAt = report.finishedAt
        searches = report.searches?.map(StoredSearch.init)
        maps = report.maps?.map(StoredMap.init)
        rowsByBot = report.rowsByBot.map(StoredRowsByBot.init)
    }

    /// The engine's report.
    var report: JobReport {
        JobReport(
            outcome: outcome.value, job: JobNumber(job), tables: tables.map(\.report), notes: notes.map(\.note),
            copySeconds: copySeconds, seconds: seconds, streamedBytes: streamedBytes, finishedAt: finishedAt,
            searches: searches?.map(\.report), maps: maps?.map(\.map), rowsByBot: rowsByBot?.rows)
    }
}

/// The result of one table pair, as stored in the ledger.
struct StoredTableReport: Codable, Sendable, Equatable {
    var name: StoredName
    var state: StoredWord<TableReport.State>
    var source: StoredDigest
    var target: StoredDigest
    var keptRows: Int
    var keptBots: [String?]
    var indexes: [StoredIndexReport]
    var error: String?
    var provenAt: String?
    var bytes: Int?
    var seconds: Double?

    init(_ report: TableReport) {
        name = StoredName(report.name)
        state = StoredWord(report.state)
        source = StoredDigest(report.source)
        target = StoredDigest(report.target)
        keptRows = report.keptRows
        keptBots = report.keptBots
        indexes = report.indexes.map(StoredIndexReport.init)
        error = report.error
        provenAt = report.provenAt
        bytes = report.bytes
        seconds = report.seconds
    }

    /// The engine's report.
    var report: TableReport {
        TableReport(
            name: name.name, state: state.value, source: source.digest, target: target.digest, keptRows: keptRows,
            keptBots: keptBots, indexes: indexes.map(\.report), error: error, provenAt: provenAt, bytes: bytes,
            seconds: seconds)
    }
}

/// The result of one index, as stored in the ledger.
struct StoredIndexReport: Codable, Sendable, Equatable {
    var name: StoredName
    var action: StoredWord<IndexPlan.Action>
    var seconds: Double?

    init(_ report: IndexReport) {
        name = StoredName(report.name)
        action = StoredWord(report.action)
        seconds = report.seconds
    }

    /// The engine's report.
    var report: IndexReport { IndexReport(name: name.name, action: action.value, seconds: seconds) }
}

/// A digest, as stored in the ledger: the rows, and the sum as 32 hexadecimal digits.
struct StoredDigest: Codable, Sendable, Equatable {
    private enum CodingKeys: CodingKey { case rows, sum }

    /// The engine's digest.
    var digest: Digest

    init(_ digest: Digest) { self.digest = digest }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let rows = try container.decode(Int.self, forKey: .rows)
        guard let digest = Digest(rows: rows, hex: try container.decode(String.self, forKey: .sum)) else {
            throw DecodingError.dataCorruptedError(
                forKey: .sum, in: container, debugDescription: "A digest has 32 hexadecimal digits.")
        }
        self.digest = digest
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(digest.rows, forKey: .rows)
        try container.encode(digest.hex, forKey: .sum)
    }
}
