/// The result of a comparison of two databases.
public struct VerifyReport: Sendable, Equatable {
    /// The outcome of the whole comparison.
    public enum Outcome: String, Sendable {
        /// Every table holds the same rows on both sides, byte for byte.
        case same
        /// At least one row, or one exact answer, differs.
        case differs
        /// At least one table could not be compared; a blocker among the notes names it.
        case incomplete
    }

    /// The outcome for rows and exact searches; an answer through an index is not data.
    public var outcome: Outcome {
        if !notCompared.isEmpty { return .incomplete }
        let differs = tables.contains { $0.state == .differs } || searches.contains { $0.differing > 0 }
        return differs ? .differs : .same
    }
    /// The source's server.
    public var source: ServerInfo
    /// The target's server.
    public var target: ServerInfo
    /// Each table that was compared, embedding tables first.
    public var tables: [TableComparison]
    /// The tables that could not be compared, sorted.
    public var notCompared: [QualifiedName] = []
    /// The warnings and remarks, such as what was not compared and why.
    public var notes: [Note]
    /// The result of a repair, done or planned; nil if none was requested.
    public var repair: RepairReport?
    /// The results of searches; empty if none were requested.
    public var searches: [SearchReport]
    /// Seconds from the first statement to the last, without a repair.
    public var seconds: Double
    /// The bytes of COPY data read from the source.
    public var sourceBytes: Int
    /// The bytes of COPY data read from the target.
    public var targetBytes: Int
}

/// The comparison of one table.
public struct TableComparison: Sendable, Equatable {
    /// Whether both sides hold the same rows.
    public enum State: String, Sendable {
        /// The digests are equal; they are not.
        case same, differs
    }

    /// The name, which is the same on both sides.
    public var name: QualifiedName
    /// Whether the digests are equal.
    public var state: State
    /// Digest of the source's rows that were compared.
    public var source: Digest
    /// Digest of the target's rows that were compared.
    public var target: Digest
    /// The columns that identify a row; nil where only its whole content does.
    public var key: [String]?
    /// The number of all rows that differ.
    public var counts: FindingCounts
    /// The first rows that differ, up to the requested number.
    public var findings: [Finding]
    /// The comparison of each bot; nil where the table belongs to no bots, or to too many to compare each.
    public var bots: [BotComparison]?
    /// The bots that a copy kept on the target, which are not compared.
    public var keptBots: [String?]
    /// The bots that only the target has, whose rows are no differences.
    public var targetBots: [BotRows] = []
    /// The columns that are compared in their text form.
    public var textColumns: [TextColumn]
}

/// The number of a bot's rows in one table of one side.
public struct BotRows: Sendable, Equatable {
    /// The bot.
    public var bot: String
    /// The number of rows.
    public var rows: Int

    /// Takes the number of rows.
    public init(bot: String, rows: Int) {
        self.bot = bot
        self.rows = rows
    }
}

/// A column whose bytes may differ for equal values from one cluster to another.
public struct TextColumn: Sendable, Equatable {
    /// The name, which is the same on both sides.
    public var name: String
    /// The reason, as ``Column/textReason``.
    public var reason: String
}

/// The numbers of a table's rows that differ.
public struct FindingCounts: Sendable, Equatable {
    /// The counts of equal tables.
    public static let zero = FindingCounts(missing: 0, extra: 0, differing: 0)

    /// The number of rows on the source only.
    public var missing: Int
    /// The number of rows on the target only.
    public var extra: Int
    /// The number of rows on both sides with different content.
    public var differing: Int

    /// The number of rows of all kinds.
    public var all: Int { missing + extra + differing }

    /// Adds the counts of other rows.
    public static func + (left: FindingCounts, right: FindingCounts) -> FindingCounts {
        FindingCounts(
            missing: left.missing + right.missing, extra: left.extra + right.extra,
            differing: left.differing + right.differing)
    }

    /// Takes the counts.
    public init(missing: Int, extra: Int, differing: Int) {
        self.missing = missing
        self.extra = extra
        self.differing = differing
    }
}

/// One difference between the two sides.
public struct Finding: Sendable, Equatable {
    /// The kind of difference.
    public enum Kind: String, Sendable {
        /// The row is on the source only.
        case missing
        /// The row is on the target only.
        case extra
        /// The row is on both sides, with different content.
        case differs
    }

    /// The kind of difference.
    public var kind: Kind
    /// The row's key, column by column, as text; nil in a table without a key.
    public var key: [String: String]?
    /// XXH3-128 of the whole row, in a table without a key.
    public var hash: String?
    /// The number of rows with this content on the source, in a table without a key; there a finding stands for all of them.
    public var sourceCopies: Int
    /// The number of rows with this content on the target, in a table without a key.
    public var targetCopies: Int
    /// The columns that differ.
    public var columns: [String]
    /// The row's bot, on the source if the source has the row.
    public var bot: String?
}

/// The comparison of one bot's rows.
public struct BotComparison: Sendable, Equatable {
    /// The bot; nil for the rows that belong to none.
    public var bot: String?
    /// Digest of the bot's rows on the source.
    public var source: Digest
    /// Digest of the bot's rows on the target.
    public var target: Digest
    /// Whether the digests are equal.
    public var state: TableComparison.State

    /// Derives the state from the digests.
    init(bot: String?, source: Digest, target: Digest) {
        self.bot = bot
        self.source = source
        self.target = target
        state = source == target ? .same : .differs
    }
}

/// The result of a repair, done or planned.
public struct RepairReport: Sendable, Equatable {
    /// Whether the repair is only planned.
    public var isDryRun: Bool
    /// The tables that differ.
    public var tables: [TableRepair]
}

/// The result of a repair in one table of the target.
public struct TableRepair: Sendable, Equatable {
    /// The table's name.
    public var name: QualifiedName
    /// The number of deleted rows, which only the target had.
    public var deleted: Int
    /// The number of inserted rows, which only the source had.
    public var inserted: Int
    /// The number of updated rows, which had other content under the same key.
    public var replaced: Int
}
