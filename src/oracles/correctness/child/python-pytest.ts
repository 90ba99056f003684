/** pytest as test files of coding problems use it: a small runner of our own, undecided about everything else. */
export const PYTEST_PYTHON = `
def run_pytest(session, source):
    raise Unsupported('pytest files')
`;
