// SPDX-License-Identifier: MIT
// Where the app begins: the theme first, then the token out of the address bar, then the page.
import { render } from 'preact';

import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import { App } from './app';
import { startRouter } from './router';
import { startTheme } from './theme';
import { takeTokenFromAddress } from './tokens';

startTheme();
takeTokenFromAddress();
startRouter();
const root = document.getElementById('app');
if (root) render(<App />, root);
