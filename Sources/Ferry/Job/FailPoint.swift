internal import Platform

#if DEBUG
    internal import Synchronization
#endif

/// A named point between two statements at which a debug build can be made to die, as if by SIGKILL.
///
/// A release build ignores them. `VECFERRY_FAIL_POINT=name` kills at the first time `name` is reached,
/// `VECFERRY_FAIL_POINT=name:3` at the third; `VECFERRY_FAIL_POINT=name:3:stop` stops there, as SIGSTOP does, until SIGCONT.
enum FailPoint: String, CaseIterable, Sendable {
    case afterLedgerSchema = "after-ledger-schema"
    case afterTakeOff = "after-take-off"
    case afterClear = "after-clear"
    case beforePrepareCommit = "before-prepare-commit"
    case afterPrepareCommit = "after-prepare-commit"
    case afterChunkLock = "after-chunk-lock"
    case beforeCopyEnd = "before-copy-end"
    case beforeChunkCommit = "before-chunk-commit"
    case afterChunkCommit = "after-chunk-commit"
    case afterSettle = "after-settle"
    case afterCopy = "after-copy"
    case afterAnalyze = "after-analyze"
    case afterIndexBuild = "after-index-build"
    case beforeIndexCommit = "before-index-commit"
    case afterIndexCommit = "after-index-commit"
    case afterDefinition = "after-definition"
    case beforeDefinitionCommit = "before-definition-commit"
    case afterDefinitionCommit = "after-definition-commit"
    case beforeSequences = "before-sequences"
    case afterRestartAbandon = "after-restart-abandon"
    case afterRestartRows = "after-restart-rows"
    case beforeRestartCommit = "before-restart-commit"
    case afterRestartCommit = "after-restart-commit"
    case beforeFinish = "before-finish"
    case beforeFinishCommit = "before-finish-commit"
    case afterFinishCommit = "after-finish-commit"

    #if DEBUG
        private static let armed: (name: String, count: Int, signal: Int32)? = {
            guard let value = getenv("VECFERRY_FAIL_POINT").map({ String(cString: $0) }) else { return nil }
            let parts = value.split(separator: ":")
            let signal = parts.count > 2 && parts[2] == "stop" ? SIGSTOP : SIGKILL
            return (String(parts[0]), parts.count > 1 ? Int(parts[1]) ?? 1 : 1, signal)
        }()
        private static let reachedCount = Atomic<Int>(0)
    #endif

    /// Kills or stops the process if the environment names this point and time.
    static func reached(_ point: FailPoint) {
        #if DEBUG
            guard let armed, armed.name == point.rawValue else { return }
            if reachedCount.add(1, ordering: .relaxed).newValue == armed.count { kill(getpid(), armed.signal) }
        #endif
    }
}
