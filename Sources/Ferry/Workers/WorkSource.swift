/// Hands out work to the workers of a ``WorkPool``, and takes the results.
///
/// A queue in memory is one. A queue in the ledger, from which the workers of several hosts claim chunks, is another.
protocol WorkSource<Item>: Sendable {
    /// The work that one worker does at a time.
    associatedtype Item: Sendable

    /// Returns the next item; nil when nothing is left or work was stopped. Waits while others hold items that they may
    /// give back.
    func next() throws(FerryError) -> Item?

    /// Returns the next item that a worker can begin before it has finished its present one, if one is available
    /// without waiting.
    func nextAtHand() -> Item?

    /// Records that the item is finished.
    func done(_ item: Item)

    /// Takes the item back, to be tried again before others.
    func giveBack(_ item: Item)

    /// Takes the item back, to be done in parts, each an item of its own.
    func split(_ item: Item)

    /// Records that the item failed, for a reason that lies in one table. An item of several tables is split, so that
    /// the other tables are not affected.
    func fail(_ item: Item, _ error: FerryError)

    /// Stops all work: ``next()`` returns nil for every worker.
    func stop(_ error: FerryError)
}

/// One worker. It runs on a thread of its own, and owns its sessions.
protocol Worker: ~Copyable, SendableMetatype {
    associatedtype Item: Sendable

    /// Does the work of the turn's item. Opens the sessions that it needs and does not have.
    mutating func work(_ turn: inout Turn<Item>) throws(FerryError)

    /// Closes the sessions, which a fault has left in an unknown state.
    mutating func reset()
}

/// One item that a worker has taken.
struct Turn<Item: Sendable> {
    /// The work to do. A worker that finishes part of it leaves the rest here, to be retried after a fault.
    var item: Item
    /// The item that the worker has begun before it finished this one; it comes next.
    private(set) var next: Item?
    /// Whether the item is to be done in parts instead.
    private(set) var isSplit = false
    /// Whether part of the item is finished, so that the rest has all its tries left.
    private(set) var hasProgressed = false
    private let takeNext: () -> Item?

    init(_ item: Item, takeNext: @escaping () -> Item?) {
        self.item = item
        self.takeNext = takeNext
    }

    /// Takes the item that comes after this one, if one is available.
    mutating func lookAhead() -> Item? {
        if next == nil { next = takeNext() }
        return next
    }

    /// Records that the worker has begun another item, which it has taken by itself.
    mutating func began(_ item: Item) { next = item }

    /// Records that a part of the item is finished and need not be repeated.
    mutating func progressed() { hasProgressed = true }

    /// Records that the item must be done in parts.
    mutating func split() { isSplit = true }
}
