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
        let filter = request.selection.botFilter
        sourceBots = Set(survey.sourceBots.values.flatMap(\.keys).filter(filter.selects))
        targetBots = Set(survey.targetBots.values.flatMap(\.keys))
    }

    /// Decides how a table that belongs to bots is loaded, and which rows are copied and read back.
    func decide(isEmpty: Bool) -> (load: LoadMode, filter: BotFilter, readBack: BotFilter) {
        let plain = request.selection.botFilter
        func without(_ bots: Set<String?>) -> BotFilter {
            BotFilter(only: plain.only, except: Self.sorted(bots.union(plain.except)))
        }
        switch request.existing {
        case .fail: return (.append, plain, plain)
        case .truncate: return (isEmpty ? .append : .truncate, plain, plain)
        case .keep:
            guard !targetBots.isEmpty else { return (.append, plain, plain) }
            return (.keepBots, without(targetBots.intersection(sourceBots)), without(targetBots))
        case .replace:
            guard !targetBots.isEmpty else { return (.append, plain, plain) }
            return (
                .replaceBots(Self.sorted(targetBots.intersection(sourceBots))), plain,
                without(targetBots.subtracting(sourceBots))
            )
        }
    }

    private static func sorted(_ bots: Set<String?>) -> [String?] { bots.sorted { ($0 ?? "") < ($1 ?? "") } }
}
