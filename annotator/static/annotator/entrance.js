// The secret of a link stands behind the # of its address, which no browser sends: put it into the field, take it out of
// the address and the history, and send the form. Without this script the whole link is pasted into the field.
const form = document.querySelector("form[data-reads-address]");
const secret = location.hash.slice(1);
if (form && secret && secret !== "main") {
  history.replaceState(null, "", location.pathname);
  form.elements.code.value = secret;
  form.requestSubmit();
}
