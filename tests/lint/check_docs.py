"""Pages that are made from tables say what the tables say."""
import gen_docs
import tree

tree.finish(gen_docs.write_or_compare(True))
