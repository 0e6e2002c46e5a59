/// The result of a job.
public struct JobReport: Sendable, Equatable {
    /// The outcome of the whole job.
    public enum Outcome: String, Sendable {
        /// Every row was copied, and was read back equal.
        case proven
        /// An earlier run finished the job; nothing was changed.
        case alreadyFinished = "already_finished"
        /// The target's rows differ from the source's.
        case differs
        /// One or more tables failed; the others are done.
        case failed
    }

    /// The outcome: proven only if every table is.
    public var outcome: Outcome
    /// The job's number in the ledger.
    public var job: JobNumber
    /// Every table pair, in the plan's order.
    public var tables: [TableReport]
    /// The plan's warnings, and the warnings of the run.
    public var notes: [Note]
    /// Seconds during which this process copied rows.
    public var copySeconds: Double
    /// Seconds from the first statement of this process to the last.
    public var seconds: Double
    /// The bytes of COPY data that this process moved.
    public var streamedBytes: Int
    /// When an earlier run finished it; nil if this run did.
    public var finishedAt: String?
    /// What the source's database holds and the copy does not carry.
    public var inventory: Inventory?
    /// The encodings of source and target, where they differ: text was converted.
    public var conversion: Conversion?
    /// The columns whose values were converted, as the operator asked.
    public var converted: [Converted] = []
    /// What the job took off on the target and is still off.
    public var stillOff: [StillOff] = []
    /// The searches that were compared after the copy; nil where none were, or it is not known.
    public var searches: [SearchReport]?
    /// The positions of a sample of each embedding column's vectors on both sides; nil if they were not determined.
    public var maps: [EmbeddingMap]?
    /// The number of rows of each bot on both sides after the copy; nil if they were not counted, or no table belongs to bots.
    public var rowsByBot: RowsByBot?

    /// A column whose values were converted.
    public struct Converted: Sendable, Equatable {
        /// The table.
        public var table: QualifiedName
        /// The column.
        public var column: String
        /// What became of the values.
        public var conversion: ColumnConversion
    }

    /// A conversion of text between the encodings of two databases.
    public struct Conversion: Sendable, Equatable {
        /// The source's encoding.
        public var from: String
        /// The target's encoding.
        public var to: String
    }

    /// Whether every row is proven, by this run or an earlier one.
    public var isProven: Bool { outcome == .proven || outcome == .alreadyFinished }

    /// Whether the application's searches were compared in every embedding column, and are as good as on the source.
    public var searchesAreAsGood: Bool {
        guard let searches, !notes.contains(where: { $0.code == .searchNotTried }) else { return false }
        return searches.allSatisfy { !$0.isWorse }
    }

    /// The rows of the source in all tables, including those that earlier processes copied.
    public var rows: Int { tables.reduce(0) { $0 + $1.source.rows } }
}

/// The result of one table pair.
public struct TableReport: Sendable, Equatable {
    /// Whether the target holds the source's rows.
    public enum State: String, Sendable {
        /// The rows were read back equal; they were read back and differ; they were not copied, or can't be read back.
        case proven, differs, failed
    }

    /// The name, which is the same on both sides.
    public var name: QualifiedName
    /// Whether it was proven.
    public var state: State
    /// Digest of the rows received from the source.
    public var source: Digest
    /// Digest of the rows read back from the target.
    public var target: Digest
    /// The number of rows left out because the target had their key.
    public var keptRows: Int
    /// The bots left out because the target had them.
    public var keptBots: [String?]
    /// The result of each index.
    public var indexes: [IndexReport]
    /// The error that made the table fail.
    public var error: String?
    /// When the reading back began whose digest proves the rows, in UTC; nil where rows were merged by key.
    public var provenAt: String?
    /// Bytes of heap and TOAST on the source; nil in the report of an older vecferry.
    public var bytes: Int?
    /// Seconds from the first of its chunks that this run copied until it was read back and its indexes were built; nil where this run did
    /// nothing for it.
    public var seconds: Double?
    /// What other sessions have changed since; nil if nothing, and in the report of an earlier run.
    public var changes: Changes?
    /// How both sides differ; nil unless the table does, and where that could not be found out.
    public var comparison: TableComparison?

    /// The number of rows that other sessions changed.
    public struct Changes: Sendable, Equatable {
        /// The number of copied rows that were deleted or updated.
        public var gone: Int
        /// The number of rows that were inserted or updated.
        public var written: Int

        /// Takes the counts.
        public init(gone: Int, written: Int) {
            self.gone = gone
            self.written = written
        }
    }
}

/// The result of one index.
public struct IndexReport: Sendable, Equatable {
    /// The target's index.
    public var name: QualifiedName
    /// The planned action.
    public var action: IndexPlan.Action
    /// Seconds that the build took; nil where none was needed.
    public var seconds: Double?
}
