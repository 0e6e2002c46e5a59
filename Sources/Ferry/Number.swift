/// A number that names one of many things. Numbers of different things are different types, so that none is taken for
/// another, nor for a count.
public struct Number<Thing>: Hashable, Comparable, Sendable, CustomStringConvertible, ExpressibleByIntegerLiteral {
    /// The integer, as the ledger and JSON hold it.
    public let value: Int

    /// - Parameter value: The thing's position in its order.
    public init(_ value: Int) { self.value = value }

    public init(integerLiteral value: Int) { self.init(value) }

    public var description: String { "\(value)" }

    public static func < (left: Number, right: Number) -> Bool { left.value < right.value }
}

/// A table pair's number in its plan, from 0.
public typealias PairNumber = Number<TablePair>
/// A chunk's number in its pair, from 0.
public typealias ChunkNumber = Number<Chunk>
/// A job's number in its ledger, from 1.
public typealias JobNumber = Number<JobReport>
/// A saved definition's number in its job, from 0.
typealias DefinitionNumber = Number<SavedDefinition>
/// A compared table's number in its comparison, from 0.
typealias TableNumber = Number<ComparedTable>
