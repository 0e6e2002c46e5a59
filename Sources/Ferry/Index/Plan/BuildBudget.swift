/// The memory and workers that a server can give to index builds, estimated from its settings.
struct BuildBudget: Sendable, Equatable {
    /// `maintenance_work_mem` of all builds that run at the same time, in bytes.
    let memory: Int
    /// The parallel workers of one build.
    let workers: Int

    /// Estimates the budget. SQL can't see a server's memory; `shared_buffers` is the best indication of it.
    ///
    /// Aurora gives it three quarters of the instance ({DBInstanceClassMemory*3/4}, Aurora User Guide, "Aurora PostgreSQL
    /// parameters") because it has no file cache: a third of it is all that is left for sessions, and builds get half of
    /// that. At 1 ACU (2 GB, 1.5 of them shared buffers) the budget is 256 MB. Elsewhere `shared_buffers` is a quarter of the
    /// machine (PostgreSQL documentation, "Resource Consumption"), or the far smaller default of an untuned server; twice as
    /// much is at most half of the machine, taken from the file cache. The budget is never below the server's own
    /// `maintenance_work_mem`, which is allowed to every session.
    init(of server: ServerInfo) {
        let spare = server.isAurora ? server.sharedBuffers / 6 : server.sharedBuffers * 2
        memory = max(spare, server.maintenanceWorkMem)
        // SQL can't see the number of cores either, so the server's own limits are the best indication.
        workers = max(
            0, min(server.maxParallelMaintenanceWorkers, server.maxParallelWorkers, server.maxWorkerProcesses))
    }

    /// `maintenance_work_mem` for a build that needs `need` bytes: a tenth more than that, within the budget.
    func setting(for need: Int, server: ServerInfo) -> Int {
        max(min(need + need / 10, memory), server.maintenanceWorkMem)
    }
}
