/// Hands out work to the workers of a ``WorkPool``, and learns what became of it.
///
/// A queue in memory is one. A queue in the ledger, from which the workers of several hosts claim chunks, is another.
protocol WorkSource<Item>: Sendable {
    /// What one worker does at a time.
    associatedtype Item: Sendable

    /// The next item; nil when nothing is left or work was stopped. Waits while others hold items that they may give back.
    func next() throws(FerryError) -> Item?

    /// The next item of the kind that a worker can begin before it has finished its present one, where there is one to be
    /// had without waiting.
    func nextAtHand() -> Item?

    /// The item is finished.
    func done(_ item: Item)

    /// The item is to be tried again, before others.
    func giveBack(_ item: Item)

    /// The item is to be done in parts, each an item of its own.
    func split(_ item: Item)

    /// The item can't be done, for a reason that lies in one table. Where it is of several tables, its parts are tried on
    /// their own, so that the others do not suffer.
    func fail(_ item: Item, _ error: FerryError)

    /// Nothing more is to be done: ``next()`` returns nil for every worker.
    func stop(_ error: FerryError)
}

/// One worker: it runs on a thread of its own, and owns the sessions over which it works.
protocol Worker: ~Copyable, SendableMetatype {
    associatedtype Item: Sendable

    /// Does the turn's item. Opens what sessions it needs and does not have.
    mutating func work(_ turn: inout Turn<Item>) throws(FerryError)

    /// Closes its sessions, which a fault has left in an unknown state.
    mutating func reset()
}

/// One item in a worker's hands.
struct Turn<Item: Sendable> {
    /// What is to be done. A worker that finishes part of it leaves the rest here, which is what is tried again after a fault.
    var item: Item
    /// What the worker has begun before the item was finished; it comes next.
    private(set) var next: Item?
    /// Whether the item is to be done in parts instead.
    private(set) var isSplit = false
    /// Whether part of the item was finished, so that what fails from here on has all its tries before it.
    private(set) var hasProgressed = false
    private let takeNext: () -> Item?

    init(_ item: Item, takeNext: @escaping () -> Item?) {
        self.item = item
        self.takeNext = takeNext
    }

    /// Takes the item that comes after this one, where one is at hand.
    mutating func lookAhead() -> Item? {
        if next == nil { next = takeNext() }
        return next
    }

    /// Says that a part of the item is finished, and need not be done again.
    mutating func progressed() { hasProgressed = true }

    /// Says that the item has to be done in parts.
    mutating func split() { isSplit = true }
}
