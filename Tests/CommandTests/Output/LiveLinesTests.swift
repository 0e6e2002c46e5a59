import RigSupport
import Testing

@testable import vecferry

@Suite struct LiveLinesTests {
    private let wide = [
        "Copying rows  phase 1 of 3  16%  more than 18 min 2 s left", "  public.items  56%  33,600 rows  2.0 MB/s",
    ]
    private let narrow = ["Copying  16%  >18 min left", "  public.items  56%"]

    @Test func `lines that are drawn again replace themselves, also by fewer and by more`() {
        var screen = Screen(columns: 80)
        var live = LiveLines()
        screen.write("a record\n")
        for lines in [wide, Array(wide.prefix(1)), wide + narrow, [], wide] {
            screen.write(live.replacing(with: lines, columns: 80))
            #expect(screen.lines == ["a record"] + lines && !screen.isTorn)
        }
        screen.write(live.erasing(columns: 80) + "another record\n" + live.drawing)
        #expect(screen.lines == ["a record", "another record"] + wide)
    }

    @Test func `a terminal that became narrower or wider keeps no piece of earlier lines`() {
        var screen = Screen(columns: 80)
        var live = LiveLines()
        screen.write("a record\n")
        screen.write(live.replacing(with: wide, columns: 80))
        screen.resize(columns: 30)
        screen.write(live.replacing(with: narrow, columns: 30))
        #expect(screen.lines == ["a record"] + narrow && !screen.isTorn)
        screen.resize(columns: 120)
        screen.write(live.replacing(with: wide, columns: 120))
        screen.resize(columns: 20)
        screen.write(live.erasing(columns: 20))
        #expect(screen.lines == ["a record"] && !screen.isTorn)
    }
}
