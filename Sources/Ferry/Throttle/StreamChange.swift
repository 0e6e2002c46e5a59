/// Why a copy has another number of streams from now on.
public enum StreamChange: Sendable, Equatable {
    /// Others asked for so many (`vecferry jobs`).
    case asked(Int)
    /// The target has too much to do: so many of those that are wanted may work. The reasons in words.
    case yields(Int, of: Int, because: [String])
    /// The target has time again, and all of them work.
    case back(Int)

    /// The number of streams from now on.
    public var streams: Int {
        switch self {
        case .asked(let count), .yields(let count, of: _, because: _), .back(let count): count
        }
    }
}
