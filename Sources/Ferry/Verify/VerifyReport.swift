/// What a comparison of two databases came to.
public struct VerifyReport: Sendable, Equatable {
    /// Whether both sides hold the same.
    public enum Outcome: String, Sendable {
        /// Every table holds the same rows on both sides, byte for byte.
        case same
        /// At least one row, or one exact answer, is not the same.
        case differs
    }

    /// Of rows and of exact searches; what comes through an index is no difference in data.
    public var outcome: Outcome {
        let differs = tables.contains { $0.state == .differs } || searches.contains { $0.differing > 0 }
        return differs ? .differs : .same
    }
    /// The source's server.
    public var source: ServerInfo
    /// The target's server.
    public var target: ServerInfo
    /// Each table that was compared, embedding tables first.
    public var tables: [TableComparison]
    /// What the operator should know: what was not compared, and why.
    public var notes: [Note]
    /// What a repair did, or would do.
    public var repair: RepairReport?
    /// Empty where none were asked for.
    public var searches: [SearchReport]
    /// From the first statement to the last one; a repair is not counted in.
    public var seconds: Double
    /// Bytes of COPY data that were read from the source, and from the target.
    public var sourceBytes: Int
    /// See ``sourceBytes``.
    public var targetBytes: Int
}

/// One table on both sides.
public struct TableComparison: Sendable, Equatable {
    /// Whether both sides hold the same rows of it.
    public enum State: String, Sendable {
        /// As the digests are.
        case same, differs
    }

    /// On both sides.
    public var name: QualifiedName
    /// Whether the digests are equal.
    public var state: State
    /// Of the source's rows that were compared.
    public var source: Digest
    /// Of the target's rows that were compared.
    public var target: Digest
    /// The columns that name a row; nil where rows are told apart by their whole content.
    public var key: [String]?
    /// How many rows differ, all of them.
    public var counts: FindingCounts
    /// The first of the rows that differ, at most as many as were asked for.
    public var findings: [Finding]
    /// Of a table that belongs to bots, each bot; nil where the table has none, or too many to be told apart.
    public var bots: [BotComparison]?
    /// Bots that a copy had left as they were on the target, which are not compared.
    public var keptBots: [String?]
    /// Columns that are compared in their text form, and why.
    public var textColumns: [TextColumn]
}

/// A column whose bytes may differ for equal values from one cluster to another.
public struct TextColumn: Sendable, Equatable {
    /// On both sides.
    public var name: String
    /// The end of a sentence, as ``Column/textReason``.
    public var reason: String
}

/// How many rows of a table differ.
public struct FindingCounts: Sendable, Equatable {
    /// No row differs.
    public static let zero = FindingCounts(missing: 0, extra: 0, differing: 0)

    /// On the source only.
    public var missing: Int
    /// On the target only.
    public var extra: Int
    /// On both, with different content.
    public var differing: Int

    /// Of every kind.
    public var all: Int { missing + extra + differing }

    /// Of rows that were counted elsewhere.
    public init(missing: Int, extra: Int, differing: Int) {
        self.missing = missing
        self.extra = extra
        self.differing = differing
    }
}

/// One difference between the two sides.
public struct Finding: Sendable, Equatable {
    /// How the row differs.
    public enum Kind: String, Sendable {
        /// On the source only.
        case missing
        /// On the target only.
        case extra
        /// On both, with different content.
        case differs
    }

    /// How it differs.
    public var kind: Kind
    /// The row's key, column by column, as text; nil in a table without a key.
    public var key: [String: String]?
    /// XXH3-128 of the whole row, in a table without a key.
    public var hash: String?
    /// How many rows of this content each side has, in a table without a key; there a finding stands for all of them.
    public var sourceCopies: Int
    /// See ``sourceCopies``.
    public var targetCopies: Int
    /// The columns that differ.
    public var columns: [String]
    /// The bot that the row belongs to on the side that has it, or on the source.
    public var bot: String?
}

/// The rows of one bot on both sides.
public struct BotComparison: Sendable, Equatable {
    /// nil for the rows that belong to none.
    public var bot: String?
    /// Of the bot's rows on the source.
    public var source: Digest
    /// Of the bot's rows on the target.
    public var target: Digest
    /// Whether the digests are equal.
    public var state: TableComparison.State

    /// The state follows from the digests.
    init(bot: String?, source: Digest, target: Digest) {
        self.bot = bot
        self.source = source
        self.target = target
        state = source == target ? .same : .differs
    }
}

/// What a repair did, or would do.
public struct RepairReport: Sendable, Equatable {
    /// Whether nothing was changed.
    public var isDryRun: Bool
    /// The tables that differ.
    public var tables: [TableRepair]
}

/// What a repair does to one table of the target.
public struct TableRepair: Sendable, Equatable {
    /// The table's.
    public var name: QualifiedName
    /// Rows that only the target had.
    public var deleted: Int
    /// Rows that only the source had.
    public var inserted: Int
    /// Rows of the same key with other content.
    public var replaced: Int
}
