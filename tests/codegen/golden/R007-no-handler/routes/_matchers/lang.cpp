bool is_lang() { return true; }
