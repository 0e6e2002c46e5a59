/// What `vecferry` alone shows: what to run, and in which order.
enum FirstSteps {
    static let text = """
        vecferry copies pgvector tables from one PostgreSQL server to another, byte for byte, and proves it.

        Name the two databases, then run these in order:

          export VECFERRY_SOURCE=postgresql://postgres@old.example.com/postgres
          export VECFERRY_TARGET=postgresql://postgres@new.example.com/postgres

          vecferry plan      shows what a copy would do, and changes nothing
          vecferry copy      copies, rebuilds the vector indexes, and proves every row;
                             if it is interrupted, the same command resumes
          vecferry tune      only if the end of copy says that searches are worse
          vecferry verify    proves it again, at any time
          vecferry report    writes a page of it to keep

        vecferry undo gives a copy up. On AWS, vecferry bots shows what each bot of
        Bedrock Chat needs; scripts/aws/README.md has the steps around the copy.

        vecferry help COMMAND shows a command's options, vecferry --help all commands.
        """
}
