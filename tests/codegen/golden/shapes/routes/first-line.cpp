int GET() { return 200; }
