/// Decides which bots are copied where the target already holds some. A bot is one unit over all tables: one that the target
/// holds anywhere is kept, or replaced, everywhere.
struct BotMerge {
    private let request: CopyRequest
    /// The selected bots of the source, over all tables.
    private let sourceBots: Set<String?>
    /// The bots of the target, over all tables.
    private let targetBots: Set<String?>

    /// - Parameter chosen: The tables to be copied.
    init(request: CopyRequest, survey: Survey, chosen: [TableSelector.Chosen]) {
        self.request = request
        var source: Set<String?> = []
        for bots in survey.sourceBots.values { source.formUnion(bots) }
        if let only = request.selection.bots { source.formIntersection(Set(only.map(Optional.some))) }
        sourceBots = source
        targetBots = survey.targetBots.values.reduce(into: []) { $0.formUnion($1) }
    }

    /// Decides how a table that belongs to bots is loaded, and which rows are copied and read back.
    func decide(isEmpty: Bool) -> (load: LoadMode, filter: BotFilter, readBack: BotFilter) {
        let only = request.selection.bots
        let plain = BotFilter(only: only, except: [])
        switch request.existing {
        case .fail: return (.append, plain, plain)
        case .truncate: return (isEmpty ? .append : .truncate, plain, plain)
        case .keep:
            guard !targetBots.isEmpty else { return (.append, plain, plain) }
            return (
                .keepBots, BotFilter(only: only, except: Self.sorted(targetBots.intersection(sourceBots))),
                BotFilter(only: only, except: Self.sorted(targetBots))
            )
        case .replace:
            guard !targetBots.isEmpty else { return (.append, plain, plain) }
            return (
                .replaceBots(Self.sorted(targetBots.intersection(sourceBots))), plain,
                BotFilter(only: only, except: Self.sorted(targetBots.subtracting(sourceBots)))
            )
        }
    }

    private static func sorted(_ bots: Set<String?>) -> [String?] { bots.sorted { ($0 ?? "") < ($1 ?? "") } }
}
