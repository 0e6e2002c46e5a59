/// The positions of a sample of a column's vectors, as each side has them, in the plane of their greatest variance.
public struct EmbeddingMap: Sendable, Equatable {
    /// A place in the plane, in thousandths of the map's half width: the map reaches from -1000 to 1000.
    public struct Place: Sendable, Equatable {
        /// From left to right, and from bottom to top.
        public var x: Int, y: Int

        /// Takes the place.
        public init(x: Int, y: Int) {
            self.x = x
            self.y = y
        }
    }

    /// One row.
    public struct Point: Sendable, Equatable {
        /// The place of its bot among ``EmbeddingMap/bots``.
        public var bot: Int
        /// Where the source has it.
        public var source: Place
        /// Where the target has it; nil where it does not have the row.
        public var target: Place?

        /// Takes the places.
        public init(bot: Int, source: Place, target: Place?) {
            self.bot = bot
            self.source = source
            self.target = target
        }
    }

    /// The table.
    public var table: QualifiedName
    /// The embedding column.
    public var column: String
    /// The bots of the points, those with the most points first; one that is nil stands for rows of no bot.
    public var bots: [String?]
    /// The rows.
    public var points: [Point]
    /// The share of the vectors' variance that the plane has, from 0 to 1.
    public var share: Double
    /// Of the rows that both sides have, those whose vectors differ; nil for a column whose values were rounded on the way.
    public var differing: Int?

    /// The rows that the target does not have.
    public var missing: Int { points.count { $0.target == nil } }

    /// Takes what was found.
    public init(
        table: QualifiedName, column: String, bots: [String?], points: [Point], share: Double, differing: Int?
    ) {
        self.table = table
        self.column = column
        self.bots = bots
        self.points = points
        self.share = share
        self.differing = differing
    }
}
