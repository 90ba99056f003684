/** What the page of an evaluation has beyond the style sheet of reports. */
export const EVALUATION_STYLES = `
.evaluation td:first-child, .evaluation tbody tr:not(.axis) th { width: auto; }
.evaluation { table-layout: auto; }
.evaluation .plot { width: 46%; min-width: 9rem; }
.evaluation tbody th .meaning { font-size: .8rem; }
.evaluation tr.part th { padding-left: 2.2rem; font-weight: 400; }
.evaluation tr.mean th { font-weight: 650; }
.evaluation .number { padding-top: .42rem; }
.evaluation .paper { font-size: .84rem; color: var(--muted); }
.grid-table td.text, .grid-table th.text { text-align: left; }
.grid-table tr.axis th, .grid-table tr.axis td { font-weight: 650; }
.grid-table .plot { width: 34%; min-width: 8rem; vertical-align: middle; }
.notes { display: grid; gap: .35rem; margin: .6rem 0 1.2rem; padding-left: 1.1rem; list-style: disc; overflow-wrap: anywhere; color: var(--muted); }
@media (max-width: 760px) {
  .evaluation .plot { width: 40%; min-width: 6.5rem; } .evaluation .paper, .evaluation .families { display: none; }
  .evaluation tr.part th { padding-left: 1.1rem; } .evaluation tbody th .meaning { font-size: .74rem; }
  .grid-table.groups .plot { display: none; } .grid-table.groups tbody th { min-width: 6rem; }
}
`;
